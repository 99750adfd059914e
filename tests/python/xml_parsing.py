# The parser expat, SAX, minidom and ElementTree.
import StringIO, xml.sax, xml.dom.minidom, xml.etree.ElementTree as ET
from xml.parsers import expat
from xml.sax.saxutils import XMLGenerator, escape, quoteattr, unescape

doc = """<?xml version="1.0" encoding="iso-8859-1" standalone="yes"?>
<!DOCTYPE r [<!ELEMENT r (a|b)*> <!ATTLIST a x CDATA "d"> <!ENTITY e "ent\xe9"> <!NOTATION n SYSTEM "s">]>
<r xmlns:p="u:p"><!-- c --><a y="1">t&e;xt</a><?pi data?><p:b p:q="2"/><![CDATA[<cd>]]>
tail\xe4</r>"""
names = [n for n in dir(expat.ParserCreate()) if n.endswith('Handler') and n != 'NotStandaloneHandler']
for separator in (None, ' '):
    for buffered in (0, 1):
        p = expat.ParserCreate(namespace_separator=separator)
        p.buffer_text = buffered
        for n in names:
            if n not in ('DefaultHandler', 'DefaultHandlerExpand'):
                setattr(p, n, lambda *a: (a[0] if n == 'x' else None, log.append(a))[0])
        log = []
        print p.Parse(doc, 1), log
for bad in ('<a>', '<a></b>', '<a b=1/>', '', '<a>&x;</a>', '<a/><b/>', '<a x="1" x="2"/>'):
    p = expat.ParserCreate()
    try:
        p.Parse(bad, 1)
    except expat.ExpatError as e:
        print e, e.code, e.lineno, e.offset, expat.ErrorString(e.code) in str(e), p.ErrorCode == e.code
p = expat.ParserCreate()


def fail(*a):
    raise KeyError(a[0])


p.StartElementHandler = fail
try:
    p.Parse('<a/>', 1)
except KeyError as e:
    print 'KeyError', e
p = expat.ParserCreate(); p.returns_unicode = 0; p.ordered_attributes = 1
p.StartElementHandler = lambda *a: log.append(a)
log = []; p.ParseFile(StringIO.StringIO('<a b="1" c="2"/>')); print log
p = expat.ParserCreate(encoding='koi8-r'); p.CharacterDataHandler = lambda s: log.append(s); log = []
p.Parse('<a>\xc1\xc2</a>', 1); print log

out = StringIO.StringIO()
xml.sax.parseString(doc, XMLGenerator(out, "utf-8")); print len(out.getvalue())
out = StringIO.StringIO()
reader = xml.sax.make_parser(); reader.setFeature(xml.sax.handler.feature_namespaces, 1)
reader.setContentHandler(XMLGenerator(out)); reader.parse(StringIO.StringIO(doc)); print len(out.getvalue())
try:
    xml.sax.parseString('<a><b></a>', xml.sax.ContentHandler())
except xml.sax.SAXParseException as e:
    print e.getLineNumber(), e.getColumnNumber(), e.getMessage()
print escape('<&>"', {'"': '&quot;'}), unescape('&lt;&amp;lt;'), quoteattr('a"b'), quoteattr("a'b\""), quoteattr('\n')
dom = xml.dom.minidom.parseString(doc)
print repr(dom.documentElement.toxml()), [n.nodeName for n in dom.documentElement.childNodes]
root = ET.fromstring(doc)
print root.tag, [(e.tag, e.attrib, e.text, e.tail) for e in root], repr(ET.tostring(root)), root.find('a').get('x')
root.append(ET.Element('n', k='v')); print [e.tag for e in root.iter()], ET.tostring(root[-1])
