"""Regular expressions over a generated server log and a marked-up text."""
import re

from harness import main

METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD']
PATHS = ['/', '/index.html', '/static/app.js', '/api/v1/users/%d',
         '/api/v1/users/%d/orders?page=%d', '/img/logo_%d.png',
         '/search?q=a%%20b&lang=%d']
AGENTS = ['Mozilla/5.0 (X11; Linux x86_64)', 'curl/7.88.1', 'Wget/1.21',
          'Mozilla/5.0 (compatible; Bot/2.1; +http://bot.example.org/)']


class Random(object):
    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % n


def log(count):
    random = Random(7)
    lines = []
    for i in range(count):
        path = PATHS[random.below(len(PATHS))]
        path = path % tuple([random.below(500)] *
                            (path.count('%d')))
        lines.append('10.%d.%d.%d - - [%02d/Mar/2015:%02d:%02d:%02d +0000] '
                     '"%s %s HTTP/1.%d" %d %s "%s"' % (
                         random.below(4), random.below(16), random.below(250),
                         1 + random.below(28), random.below(24),
                         random.below(60), random.below(60),
                         METHODS[random.below(5)], path, random.below(2),
                         (200, 200, 301, 404, 500)[random.below(5)],
                         str(random.below(90000)) if i % 9 else '-',
                         AGENTS[random.below(4)]))
        if i % 25 == 24:
            lines.append('*** garbage "' + 'x' * random.below(40))
    return '\n'.join(lines)


LINE = re.compile(r'''^(?P<ip>\d{1,3}(?:\.\d{1,3}){3})\ \S+\ \S+\ # address
                      \[(?P<day>\d\d)/(?P<month>[A-Z][a-z]{2})/(?P<year>\d{4})
                      :(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)[^]]*\]\ #
                      "(?P<method>[A-Z]+)\ (?P<path>[^ "]+)\ HTTP/1\.(?P<minor>[01])"
                      \ (?P<status>[1-5]\d\d)\ (?P<size>\d+|-)\ "(?P<agent>[^"]*)"$
                   ''', re.VERBOSE | re.MULTILINE)
USER = re.compile(r'/users/(\d+)(?:/(orders))?')
QUERY = re.compile(r'[?&]([a-z]+)=((?:[^&%]|%[0-9A-Fa-f]{2})*)')
PERCENT = re.compile(r'%([0-9A-Fa-f]{2})')
AGENT = re.compile(r'(?i)\b(bot|curl|wget)\b')

TEXT = u'''= The Garden of *Forking* Paths =
A _short_ paragraph with `code`, a [link](http://example.org/a?b=c) and
an address, someone@example.org; numbers like 3.14159, -42 and 6.02e23.

* first *bold* item
* second _nested *bold* text_ item
* th\u00efrd it\u00ebm with \u201cquotes\u201d

== The the repeated word word ==
A date 2015-10-29, a time 12:34:56, a phone number +1 (555) 010-9999.
'''
INLINE = re.compile(r'''(`+)(?P<code>.+?)\1
                      | \*(?P<bold>\S(?:.*?\S)?)\*
                      | \b_(?P<em>\S(?:.*?\S)?)_\b
                      | \[(?P<label>[^]]*)\]\((?P<url>[^)]*)\)''', re.VERBOSE)
HEADING = re.compile(r'(?m)^(=+) (.*?) \1$')
ITEM = re.compile(r'(?m)^\* (.*)$')
REPEATED = re.compile(r'\b(\w+)\s+\1\b', re.IGNORECASE)
NUMBER = re.compile(r'(?<![\w.])[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.-])')
MAIL = re.compile(r'[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}')
WORD = re.compile(r'\w+', re.UNICODE)


def inline(match):
    if match.group('code'):
        return '<code>%s</code>' % match.group('code')
    if match.group('bold'):
        return '<b>%s</b>' % INLINE.sub(inline, match.group('bold'))
    if match.group('em'):
        return '<i>%s</i>' % INLINE.sub(inline, match.group('em'))
    return '<a href="%s">%s</a>' % (match.group('url'), match.group('label'))


def heading(match):
    return '<h%d>%s</h%d>' % (len(match.group(1)), match.group(2),
                              len(match.group(1)))


def markup(text):
    text = INLINE.sub(inline, text)
    text, headings = HEADING.subn(heading, text)
    text, items = ITEM.subn(r'<li>\1</li>', text)
    return text, headings, items


def analyse(text):
    counts = {}
    size = users = orders = queries = 0
    for match in LINE.finditer(text):
        fields = match.groupdict()
        key = fields['method'] + ' ' + fields['status']
        counts[key] = counts.get(key, 0) + 1
        if fields['size'] != '-':
            size += int(fields['size'])
        user = USER.search(fields['path'])
        if user:
            users += int(user.group(1))
            if user.group(2):
                orders += 1
        for name, value in QUERY.findall(fields['path']):
            plain = PERCENT.sub(lambda m: chr(int(m.group(1), 16)), value)
            queries += len(name) + len(plain)
        robot = AGENT.search(fields['agent'])
        if robot:
            key = robot.group(1).lower()
            counts[key] = counts.get(key, 0) + 1
    return counts, (size, users, orders, queries)


LOG = log(6000)


def run():
    counts, sums = analyse(LOG)
    lines = ['%s: %d' % (key, counts[key]) for key in sorted(counts)]
    lines.append('sums %d %d %d %d' % sums)
    lines.append('%d fields' % len(re.split(r'[\s"\[\]]+', LOG)))
    for _ in range(100):
        html, headings, items = markup(TEXT)
    lines.append('%d headings, %d items' % (headings, items))
    lines.extend(html.encode('ascii', 'backslashreplace').decode('ascii')
                 .split('\n'))
    lines.append(' '.join(NUMBER.findall(TEXT)))
    lines.append(' '.join(MAIL.findall(TEXT)))
    lines.append(', '.join(m.group(1) for m in REPEATED.finditer(TEXT)))
    lines.append('%d words' % len(WORD.findall(TEXT)))
    return '\n'.join(str(line) for line in lines)


if __name__ == '__main__':
    main(run, 5)
