"""Built-in functions as Python 3 has them."""
from itertools import ifilter as filter
from itertools import imap as map
from itertools import izip as zip
from operator import index as _index

__all__ = ['hex', 'oct', 'map', 'zip', 'filter', 'ascii']

ascii = repr


def hex(number):
    """hex(number) -> its hexadecimal digits, after 0x; by its __index__()."""
    return format(_index(number), '#x')


def oct(number):
    """oct(number) -> its octal digits, after 0o; by its __index__()."""
    return format(_index(number), '#o')
