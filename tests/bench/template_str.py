"""A template engine: text is compiled to a tree, the tree renders to strings.

`{{ expr|filter }}`, `{% for x in expr %}`, `{% if expr %}`, `{% else %}`,
`{% include name %}` and `{# comments #}`; output is escaped for HTML.
"""
from harness import main


class TemplateError(Exception):
    pass


def escape(text):
    return (text.replace('&', '&amp;').replace('<', '&lt;')
            .replace('>', '&gt;').replace('"', '&quot;'))


def filter_money(value):
    whole = '%.2f' % value
    digits, cents = whole.split('.')
    sign = ''
    if digits.startswith('-'):
        sign, digits = '-', digits[1:]
    groups = []
    while len(digits) > 3:
        groups.insert(0, digits[-3:])
        digits = digits[:-3]
    groups.insert(0, digits)
    return '%s$%s.%s' % (sign, ','.join(groups), cents)


FILTERS = {
    'upper': lambda v: str(v).upper(),
    'title': lambda v: str(v).title(),
    'money': filter_money,
    'pad': lambda v: str(v).rjust(6),
    'center': lambda v: '[{0:^11}]'.format(v),
    'join': lambda v: ', '.join([str(x) for x in v]),
    'length': len,
}


class Text(object):
    def __init__(self, text):
        self.text = text

    def render(self, context, out):
        out.append(self.text)


class Expression(object):
    """A dotted name or a literal, sent through filters."""

    def __init__(self, source):
        parts = [part.strip() for part in source.split('|')]
        self.names = None
        self.literal = None
        head = parts[0]
        if head[:1] in '"\'' and head[-1:] == head[:1]:
            self.literal = head[1:-1]
        elif head.isdigit():
            self.literal = int(head)
        else:
            self.names = head.split('.')
        self.filters = []
        for name in parts[1:]:
            if name not in FILTERS:
                raise TemplateError('no filter %s' % name)
            self.filters.append(FILTERS[name])

    def evaluate(self, context):
        if self.names is None:
            value = self.literal
        else:
            value = context.lookup(self.names[0])
            for name in self.names[1:]:
                if isinstance(value, dict):
                    value = value[name]
                else:
                    value = getattr(value, name)
                    if callable(value):
                        value = value()
        for one in self.filters:
            value = one(value)
        return value


class Output(object):
    def __init__(self, source):
        self.expression = Expression(source)

    def render(self, context, out):
        value = self.expression.evaluate(context)
        if value is not None:
            out.append(escape(str(value)))


class For(object):
    def __init__(self, name, source):
        self.name = name
        self.expression = Expression(source)
        self.body = []

    def render(self, context, out):
        items = self.expression.evaluate(context)
        context.push()
        for i, item in enumerate(items):
            context.set(self.name, item)
            context.set('loop', {'index': i + 1, 'even': i % 2 == 0,
                                 'last': i == len(items) - 1})
            for node in self.body:
                node.render(context, out)
        context.pop()


class If(object):
    def __init__(self, source):
        self.negated = source.startswith('not ')
        self.expression = Expression(source[4:] if self.negated else source)
        self.body = []
        self.other = []

    def render(self, context, out):
        truth = bool(self.expression.evaluate(context))
        for node in self.body if truth != self.negated else self.other:
            node.render(context, out)


class Include(object):
    def __init__(self, name):
        self.name = name

    def render(self, context, out):
        for node in context.templates[self.name].nodes:
            node.render(context, out)


class Context(object):
    def __init__(self, templates, values):
        self.templates = templates
        self.scopes = [values]

    def push(self):
        self.scopes.append({})

    def pop(self):
        self.scopes.pop()

    def set(self, name, value):
        self.scopes[-1][name] = value

    def lookup(self, name):
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        raise TemplateError('no value %s' % name)


class Template(object):
    def __init__(self, source):
        self.nodes = []
        bodies = [self.nodes]
        blocks = []
        for kind, text in self.pieces(source):
            if kind == 'text':
                bodies[-1].append(Text(text))
            elif kind == '{{':
                bodies[-1].append(Output(text))
            elif kind == '{%':
                self.tag(text, bodies, blocks)
        if blocks:
            raise TemplateError('%d blocks are not closed' % len(blocks))

    def pieces(self, source):
        at = 0
        while at < len(source):
            start = source.find('{', at)
            while start >= 0 and source[start:start + 2] not in ENDS:
                start = source.find('{', start + 1)
            if start < 0:
                yield 'text', source[at:]
                return
            if start > at:
                yield 'text', source[at:start]
            opening = source[start:start + 2]
            end = source.find(ENDS[opening], start)
            if end < 0:
                raise TemplateError('%s is not closed' % opening)
            yield opening, source[start + 2:end].strip()
            at = end + 2

    def tag(self, text, bodies, blocks):
        words = text.split()
        if words[0] == 'for':
            if len(words) != 4 or words[2] != 'in':
                raise TemplateError('bad for: %s' % text)
            block = For(words[1], words[3])
        elif words[0] == 'if':
            block = If(text[3:].strip())
        elif words[0] == 'else':
            bodies[-1] = blocks[-1].other
            return
        elif words[0] == 'end':
            blocks.pop()
            bodies.pop()
            return
        elif words[0] == 'include':
            bodies[-1].append(Include(words[1]))
            return
        else:
            raise TemplateError('no tag %s' % words[0])
        bodies[-1].append(block)
        blocks.append(block)
        bodies.append(block.body)

    def render(self, templates, **values):
        out = []
        context = Context(templates, values)
        for node in self.nodes:
            node.render(context, out)
        return ''.join(out)


ENDS = {'{{': '}}', '{%': '%}', '{#': '#}'}

PAGE = '''<html><head><title>{{ title|title }}</title></head>
{# the table of orders #}<body>{% for o in orders %}
<tr class="{% if loop.even %}even{% else %}odd{% end %}">
 <td>{{ loop.index|pad }}</td><td>{{ o.name|center }}</td>
 {% include line %}
 {% if o.tags %}<td>{{ o.tags|join }} ({{ o.tags|length }})</td>{% end %}
 {% for t in o.tags %}<i>{{ t|upper }}</i>{% if not loop.last %}, {% end %}{% end %}
</tr>{% end %}
</body></html>
'''
LINE = '<td>{{ o.total|money }}</td><td>{{ o.kind }} & {{ "literal" }}</td>'


class Order(object):
    def __init__(self, i):
        self.name = 'order <%d>' % i
        self.amount = i * 1234.5 - 3000
        self.kind = ['"new"', 'paid', 'sent & gone', None][i % 4]
        self.tags = ['tag%d' % (i * k % 5) for k in range(i % 4)]

    def total(self):
        return self.amount * 1.2


def run():
    templates = {'page': Template(PAGE), 'line': Template(LINE)}
    orders = [Order(i) for i in range(3000)]
    text = templates['page'].render(templates, title='all the orders',
                                    orders=orders)
    check = 0
    for c in text:
        check = (check * 31 + ord(c)) % 1000003
    short = templates['page'].render(templates, title='few', orders=orders[:4])
    return '%s%d characters, %d words, check %d' % (
        short, len(text), len(text.split()), check)


if __name__ == '__main__':
    main(run, 5)
