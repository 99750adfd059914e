"""Finds codecs: the search function that `codecs` asks for every new encoding name.

The codec of an encoding is the module encodings.NAME, NAME being the encoding in
lower case with '_' for all that is no letter, digit or '.', or what
encodings.aliases says for that. Its getregentry() returns the CodecInfo.
"""
import __builtin__
import codecs

from encodings import aliases

_cache = {}
_unknown = object()
_aliases = aliases.aliases


class CodecRegistryError(LookupError, SystemError):
    """A codec module that does not follow the rules."""


def normalize_encoding(encoding):
    """Runs of characters other than letters, digits and '.' become one '_'."""
    if isinstance(encoding, __builtin__.unicode):
        # Names are ASCII; a name that is not finds no codec.
        encoding = encoding.encode('ascii', 'replace')
    word, words = '', []
    for c in encoding:
        if c.isalnum() and c < '\x80' or c == '.':
            word += c
        elif word:
            words.append(word)
            word = ''
    if word:
        words.append(word)
    return '_'.join(words)


def _candidates(normal):
    plain = normal.lower()
    found = (_aliases.get(normal) or _aliases.get(plain) or
             _aliases.get(normal.replace('.', '_')) or
             _aliases.get(plain.replace('.', '_')))
    if found is not None:
        yield found
    yield normal


def _module(normal):
    for name in _candidates(normal):
        # A dot would lead out of this package.
        if not name or '.' in name:
            continue
        try:
            return __import__('encodings.' + name, fromlist=['*'], level=0)
        except ImportError:
            pass
    return None


def search_function(encoding):
    """The CodecInfo of the encoding, or None."""
    entry = _cache.get(encoding, _unknown)
    if entry is not _unknown:
        return entry
    module = _module(normalize_encoding(encoding))
    get = getattr(module, 'getregentry', None)
    if get is None:
        _cache[encoding] = None
        return None
    entry = get()
    if not isinstance(entry, codecs.CodecInfo):
        if not 4 <= len(entry) <= 7 or not callable(entry[0]) or not callable(entry[1]) or \
                any(f is not None and not callable(f) for f in entry[2:6]):
            raise CodecRegistryError('module "%s" (%s) failed to register'
                                     % (module.__name__, module.__file__))
        entry = tuple(entry) + (None,) * (6 - len(entry)) + \
            (module.__name__.split('.', 1)[1],) * (len(entry) < 7)
        entry = codecs.CodecInfo(*entry)
    _cache[encoding] = entry
    # A codec module may know more names for itself.
    try:
        more = module.getaliases()
    except AttributeError:
        more = ()
    name = module.__name__.split('.', 1)[1]
    for alias in more:
        _aliases.setdefault(alias, name)
    return entry


codecs.register(search_function)
