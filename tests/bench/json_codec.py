"""A JSON encoder and decoder in Python alone, used on records of all kinds."""
from harness import main

try:
    unichr
except NameError:
    unichr = chr
try:
    INTEGERS = (int, long)
    TEXTS = (str, unicode)
except NameError:
    INTEGERS = (int,)
    TEXTS = (str,)

ESCAPES = {'"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t',
           '\f': '\\f', '\b': '\\b'}
UNESCAPES = {'"': u'"', '\\': u'\\', '/': u'/', 'n': u'\n', 'r': u'\r',
             't': u'\t', 'f': u'\f', 'b': u'\b'}
SPACE = ' \t\n\r'
DIGITS = '0123456789'


class DecodeError(ValueError):
    def __init__(self, message, at):
        ValueError.__init__(self, '%s at %d' % (message, at))
        self.at = at


class Encoder(object):
    def __init__(self, indent=None):
        self.indent = indent
        self.parts = []

    def encode(self, value):
        self.parts = []
        self.write(value, 0)
        return ''.join(self.parts)

    def write(self, value, level):
        if value is None:
            self.parts.append('null')
        elif value is True:
            self.parts.append('true')
        elif value is False:
            self.parts.append('false')
        elif isinstance(value, TEXTS):
            self.write_string(value)
        elif isinstance(value, INTEGERS):
            self.parts.append(str(value))
        elif isinstance(value, float):
            self.parts.append(repr(value))
        elif isinstance(value, dict):
            self.write_object(value, level)
        elif isinstance(value, (list, tuple)):
            self.write_array(value, level)
        else:
            raise TypeError('%r has no form in JSON' % (value,))

    def write_string(self, text):
        put = self.parts.append
        put('"')
        start = 0
        for i, c in enumerate(text):
            if c in ESCAPES:
                escape = ESCAPES[c]
            elif ' ' <= c <= '~':
                continue
            else:
                escape = '\\u%04x' % ord(c)
            if start < i:
                put(str(text[start:i]))
            put(escape)
            start = i + 1
        if start < len(text):
            put(str(text[start:]))
        put('"')

    def newline(self, level):
        if self.indent is not None:
            self.parts.append('\n' + ' ' * (self.indent * level))

    def write_array(self, items, level):
        if not items:
            self.parts.append('[]')
            return
        self.parts.append('[')
        first = True
        for item in items:
            if not first:
                self.parts.append(',')
            first = False
            self.newline(level + 1)
            self.write(item, level + 1)
        self.newline(level)
        self.parts.append(']')

    def write_object(self, items, level):
        if not items:
            self.parts.append('{}')
            return
        self.parts.append('{')
        first = True
        for key in sorted(items):
            if not first:
                self.parts.append(',')
            first = False
            self.newline(level + 1)
            self.write_string(key)
            self.parts.append(':' if self.indent is None else ': ')
            self.write(items[key], level + 1)
        self.newline(level)
        self.parts.append('}')


class Decoder(object):
    def __init__(self, text):
        self.text = text
        self.at = 0

    def decode(self):
        value = self.value()
        self.skip_space()
        if self.at != len(self.text):
            raise DecodeError('more text', self.at)
        return value

    def skip_space(self):
        text, at = self.text, self.at
        while at < len(text) and text[at] in SPACE:
            at += 1
        self.at = at

    def peek(self):
        self.skip_space()
        if self.at >= len(self.text):
            raise DecodeError('end of text', self.at)
        return self.text[self.at]

    def value(self):
        c = self.peek()
        if c == '"':
            return self.string()
        if c == '{':
            return self.object()
        if c == '[':
            return self.array()
        if c == '-' or c in DIGITS:
            return self.number()
        for word, value in (('true', True), ('false', False), ('null', None)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        raise DecodeError('no value', self.at)

    def digits(self):
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in DIGITS:
            self.at += 1
        if self.at == start:
            raise DecodeError('a digit is missing', start)

    def number(self):
        text, start = self.text, self.at
        is_float = False
        if text[self.at] == '-':
            self.at += 1
        self.digits()
        if self.at < len(text) and text[self.at] == '.':
            is_float = True
            self.at += 1
            self.digits()
        if self.at < len(text) and text[self.at] in 'eE':
            is_float = True
            self.at += 1
            if self.at < len(text) and text[self.at] in '+-':
                self.at += 1
            self.digits()
        word = text[start:self.at]
        return float(word) if is_float else int(word)

    def string(self):
        text = self.text
        at = self.at + 1
        parts = []
        start = at
        while True:
            if at >= len(text):
                raise DecodeError('a string does not end', self.at)
            c = text[at]
            if c == '"':
                break
            if c == '\\':
                parts.append(text[start:at])
                c = text[at + 1:at + 2]
                if c == 'u':
                    parts.append(unichr(int(text[at + 2:at + 6], 16)))
                    at += 6
                elif c in UNESCAPES:
                    parts.append(UNESCAPES[c])
                    at += 2
                else:
                    raise DecodeError('unknown escape', at)
                start = at
            elif c < ' ':
                raise DecodeError('control character', at)
            else:
                at += 1
        self.at = at + 1
        if not parts:
            return text[start:at]
        parts.append(text[start:at])
        return u''.join(parts)

    def array(self):
        self.at += 1
        items = []
        if self.peek() == ']':
            self.at += 1
            return items
        while True:
            items.append(self.value())
            c = self.peek()
            self.at += 1
            if c == ']':
                return items
            if c != ',':
                raise DecodeError('a comma is missing', self.at - 1)

    def object(self):
        self.at += 1
        items = {}
        if self.peek() == '}':
            self.at += 1
            return items
        while True:
            if self.peek() != '"':
                raise DecodeError('a key is missing', self.at)
            key = self.string()
            if self.peek() != ':':
                raise DecodeError('a colon is missing', self.at)
            self.at += 1
            items[key] = self.value()
            c = self.peek()
            self.at += 1
            if c == '}':
                return items
            if c != ',':
                raise DecodeError('a comma is missing', self.at - 1)


def records(count):
    out = []
    for i in range(count):
        out.append({
            'id': i,
            'name': 'user %d' % i,
            'email': u'\u00fcser%d@example.net' % i,
            'active': i % 3 == 0,
            'balance': i * 1.25 - 10.5,
            'tiny': 1.5e-7 * (i + 1),
            'big': 2 ** 40 + i,
            'tags': ['t%d' % (i * k % 7) for k in range(4)],
            'note': 'line "%d"\n\tand \\ more' % i,
            'nested': {'a': [], 'b': {}, 'c': [None, [i, [-i]]]},
        })
    return out


BAD = ['', '[1,]', '{"a" 1}', '"abc', '"\\x"', 'nul', '1 2', '{1:2}', '-', '[1 2]',
       '1.', '2e', '{"a":1,}']


def run():
    data = records(300)
    text = Encoder().encode(data)
    if Decoder(text).decode() != data:
        raise ValueError('the compact form does not read back')
    pretty = Encoder(indent=2).encode(data)
    again = Decoder(pretty).decode()
    if Encoder().encode(again) != text:
        raise ValueError('the indented form does not read back')
    check = 0
    for c in text:
        check = (check * 31 + ord(c)) % 1000003
    lines = ['%d and %d characters, check %d' % (len(text), len(pretty), check)]
    lines.extend(Encoder(indent=2).encode(data[7]).split('\n'))
    for bad in BAD:
        try:
            Decoder(bad).decode()
            lines.append('%s is taken' % bad)
        except DecodeError as e:
            lines.append('%s: %s' % (bad, e))
    return '\n'.join(lines)


if __name__ == '__main__':
    main(run, 4)
