# Modules and packages out of a Zip archive on sys.path.
import os
import sys
import tempfile
import zipfile
import zipimport

handle, archive = tempfile.mkstemp('.zip')
os.close(handle)
with zipfile.ZipFile(archive, 'w') as z:
    z.writestr('plain.py', 'value = 41\r\nname = __name__\r\n')
    z.writestr('bundle/__init__.py', 'from bundle.inner import answer\n')
    info = zipfile.ZipInfo('bundle/inner.py')
    info.compress_type = zipfile.ZIP_DEFLATED
    z.writestr(info, 'answer = 42\n' + '# padding\n' * 200)
    z.writestr('broken.py', 'def\n')
    z.writestr('notes.txt', 'some text')
    z.writestr('deep/down/leaf.py', 'where = __file__\n')

sys.path.insert(0, archive)
import plain
import bundle


def shown(path):
    return path.replace(archive, 'ARCHIVE').replace('.pyc', '.py')


print plain.value, plain.name, shown(plain.__file__)
print bundle.answer, shown(bundle.__path__[0]), shown(bundle.inner.__file__)
print type(plain.__loader__).__name__, plain.__loader__ is bundle.__loader__
try:
    import broken
except SyntaxError as e:
    print 'SyntaxError', shown(e.filename), e.lineno, 'broken' in sys.modules
sys.path.insert(0, os.path.join(archive, 'deep', 'down'))
import leaf
print shown(leaf.where)

z = zipimport.zipimporter(archive)
print shown(repr(z)), z.prefix == '', shown(z.archive)
print z.find_module('plain') is z, z.find_module('nothing'), z.is_package('bundle')
print repr(z.get_data('notes.txt')), repr(z.get_source('plain'))
print shown(z.get_filename('bundle')), z.get_code('plain').co_names
print shown(repr(zipimport.zipimporter(archive + '/deep/')))


def attempt(f, *args):
    try:
        return f(*args)
    except (ImportError, IOError) as e:
        return type(e).__name__, shown(str(e))


print attempt(z.load_module, 'nothing'), attempt(z.is_package, 'nothing')
print attempt(z.get_data, 'nothing')[0], attempt(zipimport.zipimporter, '')
with open(archive, 'wb') as f:
    f.write('no archive at all' * 9)
zipimport._zip_directory_cache.clear()
print attempt(zipimport.zipimporter, archive)
os.unlink(archive)
print attempt(zipimport.zipimporter, archive), issubclass(zipimport.ZipImportError, ImportError)
