"""Streams: raw, buffered and text. The types are in _io; here are their abstract classes.

    RawIOBase       one system call an operation: FileIO
    BufferedIOBase  bytes through a buffer: BufferedReader, BufferedWriter,
                    BufferedRandom, BufferedRWPair; BytesIO
    TextIOBase      unicode with an encoding and newlines: TextIOWrapper; StringIO

open() puts the right ones together.
"""
import abc

import _io
from _io import (DEFAULT_BUFFER_SIZE, BlockingIOError, BufferedRandom, BufferedReader,
                 BufferedRWPair, BufferedWriter, BytesIO, FileIO,
                 IncrementalNewlineDecoder, StringIO, TextIOWrapper, UnsupportedOperation,
                 open)

__all__ = ['BlockingIOError', 'open', 'IOBase', 'RawIOBase', 'FileIO', 'BytesIO',
           'StringIO', 'BufferedIOBase', 'BufferedReader', 'BufferedWriter',
           'BufferedRWPair', 'BufferedRandom', 'TextIOBase', 'TextIOWrapper',
           'UnsupportedOperation', 'SEEK_SET', 'SEEK_CUR', 'SEEK_END']

SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2

OpenWrapper = open
UnsupportedOperation.__module__ = 'io'


class IOBase(_io._IOBase):
    __metaclass__ = abc.ABCMeta
    __doc__ = _io._IOBase.__doc__


class RawIOBase(_io._RawIOBase, IOBase):
    __doc__ = _io._RawIOBase.__doc__


class BufferedIOBase(_io._BufferedIOBase, IOBase):
    __doc__ = _io._BufferedIOBase.__doc__


class TextIOBase(_io._TextIOBase, IOBase):
    __doc__ = _io._TextIOBase.__doc__


RawIOBase.register(FileIO)
for _type in (BytesIO, BufferedReader, BufferedWriter, BufferedRandom, BufferedRWPair):
    BufferedIOBase.register(_type)
for _type in (StringIO, TextIOWrapper):
    TextIOBase.register(_type)
del _type
