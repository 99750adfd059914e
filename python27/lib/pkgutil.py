"""What packages hold and where it is, whatever imports them: folders, zip files, hooks.

ImpImporter and ImpLoader stand for the import mechanism that needs no hook.
"""
import imp
import os
import sys
from types import ModuleType

__all__ = ['get_importer', 'iter_importers', 'get_loader', 'find_loader', 'walk_packages',
           'iter_modules', 'get_data', 'ImpImporter', 'ImpLoader', 'read_code',
           'extend_path']


def read_code(stream):
    """The code object of a .pyc file, or None if it is of another version."""
    import marshal
    if stream.read(4) != imp.get_magic():
        return None
    stream.read(4)
    return marshal.load(stream)


def simplegeneric(func):
    """A function chosen by the class of its first argument; func if none is registered."""
    registry = {}

    def wrapper(*args, **kw):
        ob = args[0]
        kind = getattr(ob, '__class__', type(ob))
        # A classic class has no order of bases of its own: borrow one.
        bases = getattr(kind, '__mro__', None) or \
            type('mixed', (kind, object), {}).__mro__[1:-1]
        for base in bases:
            if base in registry:
                return registry[base](*args, **kw)
        if object in registry:
            return registry[object](*args, **kw)
        return func(*args, **kw)

    def register(typ, func=None):
        if func is None:
            return lambda f: register(typ, f)
        registry[typ] = func
        return func

    try:
        wrapper.__name__ = func.__name__
    except (TypeError, AttributeError):
        pass
    wrapper.__dict__ = func.__dict__
    wrapper.__doc__ = func.__doc__
    wrapper.register = register
    return wrapper


# ------------------------------------------------------------------ listing

def walk_packages(path=None, prefix='', onerror=None):
    """(importer, name, is it a package) of all modules below path, imports packages.

    path None: all of sys.path. onerror(name) is called when a package cannot be
    imported; without it only ImportError is passed over.
    """
    visited = set()

    def first_time(folder):
        if folder in visited:
            return False
        visited.add(folder)
        return True

    for importer, name, is_package in iter_modules(path, prefix):
        yield importer, name, is_package
        if not is_package:
            continue
        try:
            __import__(name)
        except ImportError:
            if onerror is not None:
                onerror(name)
        except Exception:
            if onerror is None:
                raise
            onerror(name)
        else:
            below = getattr(sys.modules[name], '__path__', None) or []
            below = [folder for folder in below if first_time(folder)]
            for item in walk_packages(below, name + '.', onerror):
                yield item


def iter_modules(path=None, prefix=''):
    """(importer, name, is it a package) of the modules in path, or at top level."""
    importers = iter_importers() if path is None else map(get_importer, path)
    seen = set()
    for importer in importers:
        for name, is_package in iter_importer_modules(importer, prefix):
            if name not in seen:
                seen.add(name)
                yield importer, name, is_package


def iter_importer_modules(importer, prefix=''):
    if not hasattr(importer, 'iter_modules'):
        return []
    return importer.iter_modules(prefix)


iter_importer_modules = simplegeneric(iter_importer_modules)


class ImpImporter:
    """Finds modules in one folder (or, path None, built-in and frozen ones and sys.path)."""

    def __init__(self, path=None):
        self.path = path

    def find_module(self, fullname, path=None):
        # Only the last part of the name matters: the rest said which folder this is.
        subname = fullname.split('.')[-1]
        if subname != fullname and self.path is None:
            return None
        folders = None if self.path is None else [os.path.realpath(self.path)]
        try:
            file, filename, description = imp.find_module(subname, folders)
        except ImportError:
            return None
        return ImpLoader(fullname, file, filename, description)

    def iter_modules(self, prefix=''):
        if self.path is None or not os.path.isdir(self.path):
            return
        import inspect
        yielded = set(['__init__'])
        try:
            entries = sorted(os.listdir(self.path))
        except OSError:
            return
        for entry in entries:
            name = inspect.getmodulename(entry)
            folder = os.path.join(self.path, entry)
            is_package = False
            if name in yielded:
                continue
            if not name and os.path.isdir(folder) and '.' not in entry:
                try:
                    inside = os.listdir(folder)
                except OSError:
                    continue
                if not any(inspect.getmodulename(f) == '__init__' for f in inside):
                    continue
                name, is_package = entry, True
            if name and '.' not in name:
                yielded.add(name)
                yield prefix + name, is_package


class ImpLoader:
    """Loads what imp.find_module() has found."""

    code = source = None

    def __init__(self, fullname, file, filename, etc):
        self.fullname = fullname
        self.file = file
        self.filename = filename
        self.etc = etc

    def load_module(self, fullname):
        self._reopen()
        try:
            return imp.load_module(fullname, self.file, self.filename, self.etc)
        finally:
            if self.file:
                self.file.close()

    def get_data(self, pathname):
        with open(pathname, 'rb') as f:
            return f.read()

    def _reopen(self):
        if self.file and self.file.closed:
            kind = self.etc[2]
            if kind == imp.PY_SOURCE:
                self.file = open(self.filename, 'rU')
            elif kind in (imp.PY_COMPILED, imp.C_EXTENSION):
                self.file = open(self.filename, 'rb')

    def _fix_name(self, fullname):
        if fullname is None:
            return self.fullname
        if fullname != self.fullname:
            raise ImportError('Loader for module %s cannot handle module %s'
                              % (self.fullname, fullname))
        return fullname

    def is_package(self, fullname):
        self._fix_name(fullname)
        return self.etc[2] == imp.PKG_DIRECTORY

    def get_code(self, fullname=None):
        fullname = self._fix_name(fullname)
        if self.code is None:
            kind = self.etc[2]
            if kind == imp.PY_SOURCE:
                self.code = compile(self.get_source(fullname), self.filename, 'exec')
            elif kind == imp.PY_COMPILED:
                self._reopen()
                try:
                    self.code = read_code(self.file)
                finally:
                    self.file.close()
            elif kind == imp.PKG_DIRECTORY:
                self.code = self._get_delegate().get_code()
        return self.code

    def get_source(self, fullname=None):
        fullname = self._fix_name(fullname)
        if self.source is None:
            kind = self.etc[2]
            if kind == imp.PY_SOURCE:
                self._reopen()
                try:
                    self.source = self.file.read()
                finally:
                    self.file.close()
            elif kind == imp.PY_COMPILED:
                if os.path.exists(self.filename[:-1]):
                    with open(self.filename[:-1], 'rU') as f:
                        self.source = f.read()
            elif kind == imp.PKG_DIRECTORY:
                self.source = self._get_delegate().get_source()
        return self.source

    def _get_delegate(self):
        """The loader of a package's __init__."""
        return ImpImporter(self.filename).find_module('__init__')

    def get_filename(self, fullname=None):
        self._fix_name(fullname)
        kind = self.etc[2]
        if kind == imp.PKG_DIRECTORY:
            return self._get_delegate().get_filename()
        if kind in (imp.PY_SOURCE, imp.PY_COMPILED, imp.C_EXTENSION):
            return self.filename
        return None


try:
    import zipimport
    from zipimport import zipimporter

    def iter_zipimporter_modules(importer, prefix=''):
        """The modules at one level of a zip file."""
        start = importer.prefix
        yielded = set()
        for name in sorted(zipimport._zip_directory_cache[importer.archive]):
            if not name.startswith(start):
                continue
            parts = name[len(start):].split(os.sep)
            if len(parts) == 2 and parts[1].startswith('__init__.py'):
                module, is_package = parts[0], True
            elif len(parts) == 1:
                import inspect
                module, is_package = inspect.getmodulename(parts[0]), False
                if module == '__init__':
                    continue
            else:
                continue
            if module and '.' not in module and module not in yielded:
                yielded.add(module)
                yield prefix + module, is_package

    iter_importer_modules.register(zipimporter, iter_zipimporter_modules)
except ImportError:
    pass


# ------------------------------------------------------------------ finding

def get_importer(path_item):
    """What imports from that entry of sys.path, remembered in sys.path_importer_cache."""
    try:
        importer = sys.path_importer_cache[path_item]
    except KeyError:
        importer = None
        for hook in sys.path_hooks:
            try:
                importer = hook(path_item)
                break
            except ImportError:
                pass
        sys.path_importer_cache.setdefault(path_item, importer)
    if importer is None:
        try:
            importer = ImpImporter(path_item)
        except ImportError:
            importer = None
    return importer


def iter_importers(fullname=''):
    """All that may import the module, in order: hooks, then the entries of its path."""
    if fullname.startswith('.'):
        raise ImportError('Relative module names not supported')
    if '.' in fullname:
        package = '.'.join(fullname.split('.')[:-1])
        if package not in sys.modules:
            __import__(package)
        path = getattr(sys.modules[package], '__path__', None) or []
    else:
        for importer in sys.meta_path:
            yield importer
        path = sys.path
    for item in path:
        yield get_importer(item)
    if '.' not in fullname:
        yield ImpImporter()


def get_loader(module_or_name):
    """The loader of a module that is imported, or would be by that name."""
    if module_or_name in sys.modules:
        module_or_name = sys.modules[module_or_name]
    if isinstance(module_or_name, ModuleType):
        loader = getattr(module_or_name, '__loader__', None)
        return find_loader(module_or_name.__name__) if loader is None else loader
    return find_loader(module_or_name)


def find_loader(fullname):
    for importer in iter_importers(fullname):
        loader = importer.find_module(fullname)
        if loader is not None:
            return loader
    return None


def extend_path(path, name):
    """path and all folders NAME below sys.path that have __init__.py or are in NAME.pkg.

    For packages in several folders: __path__ = extend_path(__path__, __name__)
    """
    if not isinstance(path, list):
        return path
    below = os.path.join(*name.split('.'))
    listed = name + os.extsep + 'pkg'
    init = '__init__' + os.extsep + 'py'
    path = path[:]
    for directory in sys.path:
        if not isinstance(directory, basestring) or not os.path.isdir(directory):
            continue
        folder = os.path.join(directory, below)
        if folder not in path and os.path.isfile(os.path.join(folder, init)):
            path.append(folder)
        listing = os.path.join(directory, listed)
        if not os.path.isfile(listing):
            continue
        try:
            f = open(listing)
        except IOError as error:
            sys.stderr.write("Can't open %s: %s\n" % (listing, error))
            continue
        with f:
            for line in f:
                line = line.rstrip('\n')
                if line and not line.startswith('#'):
                    path.append(line)
    return path


def get_data(package, resource):
    """The contents of a file in a package, or None if its loader cannot say."""
    loader = get_loader(package)
    if loader is None or not hasattr(loader, 'get_data'):
        return None
    module = sys.modules.get(package) or loader.load_module(package)
    if module is None or not hasattr(module, '__file__'):
        return None
    parts = resource.split('/')
    parts.insert(0, os.path.dirname(module.__file__))
    return loader.get_data(os.path.join(*parts))
