# The events of a parser, one line each, for a document that has every kind of them.
import pyexpat

DOCUMENT = '''<?xml version="1.0" encoding="iso-8859-1" standalone="no"?>
<!DOCTYPE shop SYSTEM "shop.dtd" [
  <!ELEMENT shop (item*, note?)>
  <!ELEMENT item (#PCDATA | b)*>
  <!ATTLIST item id ID #REQUIRED kind CDATA "plain">
  <!ENTITY maker "Acme">
  <!ENTITY far SYSTEM "far.xml">
  <!NOTATION gif SYSTEM "viewer">
  <!ENTITY logo SYSTEM "logo.gif" NDATA gif>
]>
<shop xmlns:n="urn:n"><!-- first -->
  <item id="a1">one &maker; caf\xe9</item>
  <n:item id="a2"><![CDATA[<raw>]]></n:item>
  <?order now please?>
  &far;
</shop>
'''

KINDS = '''StartElement EndElement ProcessingInstruction CharacterData UnparsedEntityDecl
NotationDecl StartNamespaceDecl EndNamespaceDecl Comment StartCdataSection EndCdataSection
ExternalEntityRef StartDoctypeDecl EndDoctypeDecl EntityDecl XmlDecl ElementDecl
AttlistDecl'''.split()


def handlers(parser, log):
    for kind in KINDS:
        setattr(parser, kind + 'Handler', (lambda kind: lambda *a: log.append((kind,) + a) or 1)(kind))


def run(separator=None, step=None, **attributes):
    log = []
    parser = pyexpat.ParserCreate(None, separator)
    for name, value in attributes.items():
        setattr(parser, name, value)
    handlers(parser, log)
    if step:
        for i in range(0, len(DOCUMENT), step):
            parser.Parse(DOCUMENT[i:i + step], 0)
        parser.Parse('', 1)
    else:
        parser.Parse(DOCUMENT, 1)
    return log


def show(value):
    if type(value) is dict:
        return '{%s}' % ', '.join('%r: %r' % item for item in sorted(value.items()))
    return repr(value)


for event in run():
    print ', '.join(map(show, event))
print
for event in run(' ', buffer_text=True, returns_unicode=False, ordered_attributes=True):
    if event[0] != 'ExternalEntityRef':  # its context is in no order
        print event
print
print run(buffer_text=True) == run(buffer_text=True, step=7)
print [e[1] for e in run('!', namespace_prefixes=True) if e[0] == 'StartElement']


def failing(data, **handle):
    parser = pyexpat.ParserCreate()
    for name, f in handle.items():
        setattr(parser, name, f)
    try:
        return parser.Parse(data, 1)
    except pyexpat.ExpatError as e:
        return e.code, e.lineno, e.offset, str(e)
    except Exception as e:
        return repr(e), parser.CurrentLineNumber, parser.CurrentColumnNumber


print failing('<a>\n  <b></a>')
print failing('')
print failing('<a/><b/>')
print failing('<a>&nope;</a>')
print failing(u'<?xml version="1.0" encoding="ascii"?><a b="\u20ac"/>')
print failing('<a>\n <b/></a>', StartElementHandler=lambda name, attrs: 1 / (name != 'b'))
print failing('<a/>', StartElementHandler=lambda name: None)
print failing('<?xml version="1.0" encoding="cp1252"?><a>\x80</a>',
              CharacterDataHandler=lambda s: [].missing if s != u'\u20ac' else None)

parser = pyexpat.ParserCreate()
for attribute, value in [('buffer_size', 0), ('buffer_size', 1.5), ('buffer_size', 2 ** 31),
                         ('colour', 1)]:
    try:
        setattr(parser, attribute, value)
    except (ValueError, TypeError, AttributeError) as e:
        print type(e).__name__, e
try:
    pyexpat.ParserCreate(namespace_separator='too long')
except ValueError as e:
    print e
names = {}
parser = pyexpat.ParserCreate(intern=names)
parser.StartElementHandler = lambda name, attrs: None
parser.Parse('<a><b c="d"/></a>', 1)
print sorted(names)
print pyexpat.ErrorString(3), '|', pyexpat.errors.XML_ERROR_TAG_MISMATCH, pyexpat.model.XML_CTYPE_SEQ
