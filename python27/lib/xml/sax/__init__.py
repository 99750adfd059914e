"""SAX 2: a parser calls methods of a handler for what it finds in a document.

    parse, parseString      a document in a file or a string
    make_parser             a parser, an XMLReader
"""
import os
import sys

from _exceptions import (SAXException, SAXNotRecognizedException, SAXNotSupportedException,
                         SAXParseException, SAXReaderNotAvailable)
from handler import ContentHandler, ErrorHandler
from xmlreader import InputSource

# Modules with a function create_parser(), the first that works is taken.
default_parser_list = ['xml.sax.expatreader']
if not sys.flags.ignore_environment and 'PY_SAX_PARSER' in os.environ:
    default_parser_list = os.environ['PY_SAX_PARSER'].split(',')


def parse(source, handler, errorHandler=ErrorHandler()):
    """Parses a file, file name or InputSource."""
    parser = make_parser()
    parser.setContentHandler(handler)
    parser.setErrorHandler(errorHandler)
    parser.parse(source)


def parseString(string, handler, errorHandler=ErrorHandler()):
    """Parses a text."""
    try:
        from cStringIO import StringIO
    except ImportError:
        from StringIO import StringIO
    source = InputSource()
    source.setByteStream(StringIO(string))
    parse(source, handler, ErrorHandler() if errorHandler is None else errorHandler)


def make_parser(parser_list=[]):
    """A parser of the first module, of parser_list and then the default, that has one."""
    for name in list(parser_list) + default_parser_list:
        try:
            return _create_parser(name)
        except ImportError:
            if name in sys.modules:
                raise  # it is there, but something it needs is not
        except SAXReaderNotAvailable:
            pass
    raise SAXReaderNotAvailable('No parsers found', None)


def _create_parser(name):
    return __import__(name, {}, {}, ['create_parser']).create_parser()
