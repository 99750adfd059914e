"""Tools for SAX: quoting, a handler that writes XML, a filter, sources of input."""
import os
import sys
import urllib
import urlparse

import handler
import xmlreader

try:
    _StringTypes = (str, unicode)
except NameError:
    _StringTypes = (str,)


def _replace_all(text, entities):
    for old, new in entities.items():
        text = text.replace(old, new)
    return text


def escape(data, entities={}):
    """data with &, < and > quoted, and whatever else entities has."""
    data = data.replace('&', '&amp;').replace('>', '&gt;').replace('<', '&lt;')
    return _replace_all(data, entities) if entities else data


def unescape(data, entities={}):
    """data with what escape() quotes as it was."""
    data = data.replace('&lt;', '<').replace('&gt;', '>')
    if entities:
        data = _replace_all(data, entities)
    return data.replace('&amp;', '&')  # last, or &amp;lt; would become <


def quoteattr(data, entities={}):
    """data as the value of an attribute, with its quotes."""
    entities = dict(entities)
    entities.update({'\n': '&#10;', '\r': '&#13;', '\t': '&#9;'})
    data = escape(data, entities)
    if '"' not in data:
        return '"%s"' % data
    if "'" not in data:
        return "'%s'" % data
    return '"%s"' % data.replace('"', '&quot;')


def _text_writer(out, encoding):
    """A stream that takes unicode and writes it, encoded, to out."""
    import codecs
    import io
    if isinstance(out, io.TextIOBase):
        return out
    if isinstance(out, (codecs.StreamWriter, codecs.StreamReaderWriter)):
        return out
    if isinstance(out, io.RawIOBase):
        buffer = io.BufferedIOBase(out)
        buffer.close = lambda: None  # the caller closes it
    else:
        # Anything with write() does.
        buffer = io.BufferedIOBase()
        buffer.writable = lambda: True
        buffer.write = out.write
        try:
            # The wrapper asks these to place a byte order mark.
            buffer.seekable = out.seekable
            buffer.tell = out.tell
        except AttributeError:
            pass

    class Writer(io.TextIOWrapper):
        def write(self, text):
            io.TextIOWrapper.write(self, text)
            self.flush()

        def close(self):
            pass

    return Writer(buffer, encoding=encoding, errors='xmlcharrefreplace', newline='\n')


class XMLGenerator(handler.ContentHandler):
    """Writes what it is told as XML."""

    def __init__(self, out=None, encoding='iso-8859-1'):
        handler.ContentHandler.__init__(self)
        out = _text_writer(sys.stdout if out is None else out, encoding)
        self._write = out.write
        self._flush = getattr(out, 'flush', lambda: None)
        self._encoding = encoding
        self._ns_contexts = [{}]  # each says which prefix a namespace has
        self._current_context = self._ns_contexts[-1]
        self._undeclared_ns_maps = []

    def _qname(self, name):
        """The text of a pair of namespace and local name."""
        uri, local = name
        if not uri:
            return local
        if uri == 'http://www.w3.org/XML/1998/namespace':
            return 'xml:' + local
        prefix = self._current_context[uri]
        return prefix + ':' + local if prefix else local

    def startDocument(self):
        self._write(u'<?xml version="1.0" encoding="%s"?>\n' % self._encoding)

    def endDocument(self):
        self._flush()

    def startPrefixMapping(self, prefix, uri):
        self._ns_contexts.append(self._current_context.copy())
        self._current_context[uri] = prefix
        self._undeclared_ns_maps.append((prefix, uri))

    def endPrefixMapping(self, prefix):
        self._current_context = self._ns_contexts.pop()

    def _text(self, text):
        return text if isinstance(text, unicode) else unicode(text, self._encoding)

    def startElement(self, name, attrs):
        self._write(u'<' + name)
        for name, value in attrs.items():
            self._write(u' %s=%s' % (name, quoteattr(value)))
        self._write(u'>')

    def endElement(self, name):
        self._write(u'</%s>' % name)

    def startElementNS(self, name, qname, attrs):
        self._write(u'<' + self._qname(name))
        for prefix, uri in self._undeclared_ns_maps:
            if prefix:
                self._write(u' xmlns:%s="%s"' % (prefix, uri))
            else:
                self._write(u' xmlns="%s"' % uri)
        self._undeclared_ns_maps = []
        for name, value in attrs.items():
            self._write(u' %s=%s' % (self._qname(name), quoteattr(value)))
        self._write(u'>')

    def endElementNS(self, name, qname):
        self._write(u'</%s>' % self._qname(name))

    def characters(self, content):
        self._write(escape(self._text(content)))

    def ignorableWhitespace(self, content):
        self._write(self._text(content))

    def processingInstruction(self, target, data):
        self._write(u'<?%s %s?>' % (target, data))


class XMLFilterBase(xmlreader.XMLReader):
    """Between a reader, its parent, and the application: hands everything on. A subclass
    changes what it wants to."""

    def __init__(self, parent=None):
        xmlreader.XMLReader.__init__(self)
        self._parent = parent

    # from the parser to the application

    def error(self, exception):
        self._err_handler.error(exception)

    def fatalError(self, exception):
        self._err_handler.fatalError(exception)

    def warning(self, exception):
        self._err_handler.warning(exception)

    def setDocumentLocator(self, locator):
        self._cont_handler.setDocumentLocator(locator)

    def startDocument(self):
        self._cont_handler.startDocument()

    def endDocument(self):
        self._cont_handler.endDocument()

    def startPrefixMapping(self, prefix, uri):
        self._cont_handler.startPrefixMapping(prefix, uri)

    def endPrefixMapping(self, prefix):
        self._cont_handler.endPrefixMapping(prefix)

    def startElement(self, name, attrs):
        self._cont_handler.startElement(name, attrs)

    def endElement(self, name):
        self._cont_handler.endElement(name)

    def startElementNS(self, name, qname, attrs):
        self._cont_handler.startElementNS(name, qname, attrs)

    def endElementNS(self, name, qname):
        self._cont_handler.endElementNS(name, qname)

    def characters(self, content):
        self._cont_handler.characters(content)

    def ignorableWhitespace(self, chars):
        self._cont_handler.ignorableWhitespace(chars)

    def processingInstruction(self, target, data):
        self._cont_handler.processingInstruction(target, data)

    def skippedEntity(self, name):
        self._cont_handler.skippedEntity(name)

    def notationDecl(self, name, publicId, systemId):
        self._dtd_handler.notationDecl(name, publicId, systemId)

    def unparsedEntityDecl(self, name, publicId, systemId, ndata):
        self._dtd_handler.unparsedEntityDecl(name, publicId, systemId, ndata)

    def resolveEntity(self, publicId, systemId):
        return self._ent_handler.resolveEntity(publicId, systemId)

    # from the application to the parser

    def parse(self, source):
        for role in ('Content', 'Error', 'DTD'):
            getattr(self._parent, 'set%sHandler' % role)(self)
        self._parent.setEntityResolver(self)
        self._parent.parse(source)

    def setLocale(self, locale):
        self._parent.setLocale(locale)

    def getFeature(self, name):
        return self._parent.getFeature(name)

    def setFeature(self, name, state):
        self._parent.setFeature(name, state)

    def getProperty(self, name):
        return self._parent.getProperty(name)

    def setProperty(self, name, value):
        self._parent.setProperty(name, value)

    def getParent(self):
        return self._parent

    def setParent(self, parent):
        self._parent = parent


def prepare_input_source(source, base=''):
    """An InputSource with a stream, of an InputSource, a file or a name (which base
    completes)."""
    if isinstance(source, _StringTypes):
        source = xmlreader.InputSource(source)
    elif hasattr(source, 'read'):
        stream = source
        source = xmlreader.InputSource()
        source.setByteStream(stream)
        if hasattr(stream, 'name'):
            source.setSystemId(stream.name)
    if source.getByteStream() is None:
        name = source.getSystemId()
        try:
            encoding = sys.getfilesystemencoding()
            path = name if isinstance(name, unicode) or not isinstance(base, unicode) \
                else name.decode(encoding)
            path = os.path.join(os.path.dirname(os.path.normpath(base)), path)
            is_file = os.path.isfile(path)
        except UnicodeError:
            is_file = False
        if is_file:
            source.setSystemId(path)
            stream = open(path, 'rb')
        else:
            source.setSystemId(urlparse.urljoin(base, name))
            stream = urllib.urlopen(source.getSystemId())
        source.setByteStream(stream)
    return source
