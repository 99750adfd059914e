"""Conversion between Python values and C structs as strings; the work is in _struct."""
from _struct import *
from _struct import _clearcache
from _struct import __doc__
