"""The codec idna: names of hosts in unicode, as RFC 3490 writes them in ASCII."""
import codecs
import re
import stringprep
from unicodedata import ucd_3_2_0 as unicodedata

# What separates labels.
dots = re.compile(u'[\u002E\u3002\uFF0E\uFF61]')

ace_prefix = 'xn--'
uace_prefix = unicode(ace_prefix, 'ascii')

_prohibited = (stringprep.in_table_c12, stringprep.in_table_c22, stringprep.in_table_c3,
               stringprep.in_table_c4, stringprep.in_table_c5, stringprep.in_table_c6,
               stringprep.in_table_c7, stringprep.in_table_c8, stringprep.in_table_c9)


def nameprep(label):
    """A label folded and normalized (RFC 3491)."""
    label = u''.join([stringprep.map_table_b2(c) for c in label
                      if not stringprep.in_table_b1(c)])
    label = unicodedata.normalize('NFKC', label)
    for c in label:
        for table in _prohibited:
            if table(c):
                raise UnicodeError('Invalid character %r' % c)
    from_right = [stringprep.in_table_d1(c) for c in label]
    if True in from_right:
        # Nothing from left to right with it, and both ends from right to left.
        if any(stringprep.in_table_d2(c) for c in label):
            raise UnicodeError('Violation of BIDI requirement 2')
        if not from_right[0] or not from_right[-1]:
            raise UnicodeError('Violation of BIDI requirement 3')
    return label


def _sized(label):
    if 0 < len(label) < 64:
        return label
    raise UnicodeError('label empty or too long')


def ToASCII(label):
    """A label as ASCII."""
    try:
        return _sized(label.encode('ascii'))
    except UnicodeEncodeError:
        pass
    label = nameprep(label)
    try:
        return _sized(label.encode('ascii'))
    except UnicodeEncodeError:
        pass
    if label.startswith(uace_prefix):
        raise UnicodeError('Label starts with ACE prefix')
    return _sized(ace_prefix + label.encode('punycode'))


def ToUnicode(label):
    """A label as unicode."""
    if isinstance(label, str):
        pure_ascii = True
    else:
        try:
            label = label.encode('ascii')
            pure_ascii = True
        except UnicodeError:
            pure_ascii = False
    if not pure_ascii:
        label = nameprep(label)
        try:
            label = label.encode('ascii')
        except UnicodeError:
            raise UnicodeError('Invalid character in IDN label')
    if not label.startswith(ace_prefix):
        return unicode(label, 'ascii')
    result = label[len(ace_prefix):].decode('punycode')
    again = ToASCII(result)
    if label.lower() != again:
        raise UnicodeError('IDNA does not round-trip', label, again)
    return result


class Codec(codecs.Codec):
    def encode(self, input, errors='strict'):
        if errors != 'strict':
            raise UnicodeError('unsupported error handling ' + errors)
        if not input:
            return '', 0
        labels = dots.split(input)
        # A dot at the end is kept.
        trailing = ''
        if labels and not labels[-1]:
            trailing = '.'
            labels.pop()
        return '.'.join([ToASCII(label) for label in labels]) + trailing, len(input)

    def decode(self, input, errors='strict'):
        if errors != 'strict':
            raise UnicodeError('Unsupported error handling ' + errors)
        if not input:
            return u'', 0
        if isinstance(input, unicode):
            labels = dots.split(input)
        else:
            input = str(input)
            unicode(input, 'ascii')
            labels = input.split('.')
        trailing = u''
        if labels and not labels[-1]:
            trailing = u'.'
            labels.pop()
        return u'.'.join([ToUnicode(label) for label in labels]) + trailing, len(input)


class IncrementalEncoder(codecs.BufferedIncrementalEncoder):
    def _buffer_encode(self, input, errors, final):
        if errors != 'strict':
            raise UnicodeError('unsupported error handling ' + errors)
        if not input:
            return '', 0
        labels = dots.split(input)
        trailing = u''
        if labels:
            if not labels[-1]:
                trailing = '.'
                labels.pop()
            elif not final:
                # The last label may go on.
                labels.pop()
                if labels:
                    trailing = '.'
        result = [ToASCII(label) for label in labels]
        size = sum(map(len, labels)) + max(len(labels) - 1, 0) + len(trailing)
        return '.'.join(result) + trailing, size


class IncrementalDecoder(codecs.BufferedIncrementalDecoder):
    def _buffer_decode(self, input, errors, final):
        if errors != 'strict':
            raise UnicodeError('Unsupported error handling ' + errors)
        if not input:
            return u'', 0
        if isinstance(input, unicode):
            labels = dots.split(input)
        else:
            unicode(input, 'ascii')
            labels = input.split('.')
        trailing = u''
        if labels:
            if not labels[-1]:
                trailing = u'.'
                labels.pop()
            elif not final:
                labels.pop()
                if labels:
                    trailing = u'.'
        result = [ToUnicode(label) for label in labels]
        size = sum(map(len, labels)) + max(len(labels) - 1, 0) + len(trailing)
        return u'.'.join(result) + trailing, size


class StreamWriter(Codec, codecs.StreamWriter):
    pass


class StreamReader(Codec, codecs.StreamReader):
    pass


def getregentry():
    return codecs.CodecInfo(name='idna', encode=Codec().encode, decode=Codec().decode,
                            incrementalencoder=IncrementalEncoder,
                            incrementaldecoder=IncrementalDecoder,
                            streamwriter=StreamWriter, streamreader=StreamReader)
