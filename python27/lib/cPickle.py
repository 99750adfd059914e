"""The module pickle under the name of its fast variant; what differs is here.

Picklers may be made without a file, getvalue() then gives the bytes; errors that the
variant has names of its own for are raised as these.
"""
import pickle
from copy_reg import dispatch_table
from pickle import HIGHEST_PROTOCOL, PickleError, PicklingError, UnpicklingError
from pickle import compatible_formats, format_version

try:
    from cStringIO import StringIO
except ImportError:
    from StringIO import StringIO

__version__ = '1.71'


class UnpickleableError(PicklingError):
    def __str__(self):
        args = self.args
        return 'Cannot pickle %s objects' % type(args[0] if args else None)


class BadPickleGet(UnpicklingError):
    pass


class Pickler(pickle.Pickler):
    """Pickler(file, protocol=0), or Pickler(protocol) with getvalue()."""

    def __init__(self, file=None, protocol=None):
        if file is None or isinstance(file, int):
            protocol = file if protocol is None else protocol
            self.__file = file = StringIO()
        elif not hasattr(file, 'write'):
            raise TypeError("argument must have 'write' attribute")
        else:
            self.__file = None
        pickle.Pickler.__init__(self, file, protocol)

    def dump(self, obj):
        pickle.Pickler.dump(self, obj)
        return self

    def getvalue(self):
        if self.__file is None:
            raise PicklingError('Attempt to getvalue() a non-list-based pickler')
        return self.__file.getvalue()


class Unpickler(pickle.Unpickler):
    """Unpickler(file)"""

    def __init__(self, file):
        for name in ('read', 'readline'):
            if not hasattr(file, name):
                raise TypeError("argument must have 'read' and 'readline' attributes")
        pickle.Unpickler.__init__(self, file)
        self.memo = {}

    persistent_load = None
    find_global = None

    def find_class(self, module, name):
        if self.find_global is not None:
            return self.find_global(module, name)
        return pickle.Unpickler.find_class(self, module, name)

    dispatch = pickle.Unpickler.dispatch.copy()

    def _persistent(self, pid):
        load = self.persistent_load
        if load is None:
            raise UnpicklingError('A load persistent id instruction was encountered,\n'
                                  'but no persistent_load function was specified.')
        if isinstance(load, list):
            load.append(pid)
            return pid
        return load(pid)

    def load_persid(self):
        self.append(self._persistent(self.readline()[:-1]))
    dispatch[pickle.PERSID] = load_persid

    def load_binpersid(self):
        self.append(self._persistent(self.stack.pop()))
    dispatch[pickle.BINPERSID] = load_binpersid

    def _get(self, key):
        try:
            self.append(self.memo[repr(key)])
        except KeyError:
            raise BadPickleGet(key)

    def load_get(self):
        text = self.readline()[:-1]
        try:
            self.append(self.memo[text])
        except KeyError:
            raise BadPickleGet(text)
    dispatch[pickle.GET] = load_get

    def load_binget(self):
        self._get(ord(self.read(1)))
    dispatch[pickle.BINGET] = load_binget

    def load_long_binget(self):
        self._get(pickle.mloads('i' + self.read(4)))
    dispatch[pickle.LONG_BINGET] = load_long_binget

    def load(self):
        # A pickle that ends too early, or has too much taken from its stack.
        try:
            return pickle.Unpickler.load(self)
        except UnboundLocalError:
            raise
        except IndexError:
            raise UnpicklingError('bad pickle data')

    def noload(self):
        """Reads a pickle without making objects of classes: only persistent ids are of
        interest."""
        return self.load()


def dump(obj, file, protocol=None):
    """Writes a pickle of obj to a file."""
    Pickler(file, protocol).dump(obj)


def dumps(obj, protocol=None):
    """A pickle of obj as a string."""
    file = StringIO()
    Pickler(file, protocol).dump(obj)
    return file.getvalue()


def load(file):
    """The object of the next pickle in a file."""
    return Unpickler(file).load()


def loads(string):
    """The object of a pickle in a string."""
    return Unpickler(StringIO(string)).load()
