"""Weak references, and dictionaries that do not keep their keys or values alive.

A reference that dies while the dictionary is iterated over must not resize it then;
it waits in `_pending_removals` until the last iteration ends.
"""
import UserDict

from _weakref import (CallableProxyType, ProxyType, ReferenceType, getweakrefcount,
                      getweakrefs, proxy, ref)
from _weakrefset import WeakSet, _Iteration
from exceptions import ReferenceError

ProxyTypes = (ProxyType, CallableProxyType)

__all__ = ['ref', 'proxy', 'getweakrefcount', 'getweakrefs', 'WeakKeyDictionary',
           'ReferenceError', 'ReferenceType', 'ProxyType', 'CallableProxyType',
           'ProxyTypes', 'WeakValueDictionary', 'WeakSet']


def _arguments(name, args, keywords):
    """self and at most one positional argument, whatever keywords are called."""
    if not args:
        raise TypeError("descriptor '%s' of 'WeakValueDictionary' object needs an argument"
                        % name)
    if len(args) > 2:
        raise TypeError('expected at most 1 arguments, got %d' % (len(args) - 1))
    return args[0], args[1] if len(args) == 2 else None, keywords


class KeyedRef(ref):
    """A reference that knows its key in a WeakValueDictionary."""

    __slots__ = 'key',

    def __new__(cls, ob, callback, key):
        self = ref.__new__(cls, ob, callback)
        self.key = key
        return self

    def __init__(self, ob, callback, key):
        super(KeyedRef, self).__init__(ob, callback)


class WeakValueDictionary(UserDict.UserDict):
    """Maps keys to objects that it does not keep alive."""

    def __init__(*args, **keywords):
        self, other, keywords = _arguments('__init__', args, keywords)

        def remove(reference, me=ref(self)):
            self = me()
            if self is None:
                return
            if self._iterating:
                self._pending_removals.append(reference.key)
            else:
                self._drop(reference.key)
        self._remove = remove
        self._pending_removals = []
        self._iterating = set()
        UserDict.UserDict.__init__(self)
        if other is not None or keywords:
            self.update(*args[1:], **keywords)

    def _drop(self, key):
        # The key may have been set to another object since.
        reference = self.data.get(key)
        if reference is not None and reference() is None:
            del self.data[key]

    def _commit_removals(self):
        while self._pending_removals:
            self._drop(self._pending_removals.pop())

    def _settle(self):
        """Before a change. (Who changes it while iterating must expect the usual error.)"""
        if self._pending_removals:
            self._commit_removals()

    def _settle_to_read(self):
        if self._pending_removals and not self._iterating:
            self._commit_removals()

    def _wrap(self, key, value):
        return KeyedRef(value, self._remove, key)

    def __getitem__(self, key):
        self._settle_to_read()
        value = self.data[key]()
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key, value):
        self._settle()
        self.data[key] = self._wrap(key, value)

    def __delitem__(self, key):
        self._settle()
        del self.data[key]

    def __contains__(self, key):
        self._settle_to_read()
        reference = self.data.get(key)
        return reference is not None and reference() is not None
    has_key = __contains__

    def __repr__(self):
        return '<WeakValueDictionary at %s>' % id(self)

    def clear(self):
        self._settle()
        self.data.clear()

    def copy(self):
        self._settle_to_read()
        result = WeakValueDictionary()
        for key, value in self.iteritems():
            result[key] = value
        return result
    __copy__ = copy

    def __deepcopy__(self, memo):
        from copy import deepcopy
        self._settle_to_read()
        result = self.__class__()
        for key, value in self.iteritems():
            result[deepcopy(key, memo)] = value
        return result

    def get(self, key, default=None):
        self._settle_to_read()
        reference = self.data.get(key)
        value = reference() if reference is not None else None
        return default if value is None else value

    def iteritems(self):
        self._settle_to_read()
        with _Iteration(self):
            for reference in self.data.itervalues():
                value = reference()
                if value is not None:
                    yield reference.key, value

    def iterkeys(self):
        self._settle_to_read()
        with _Iteration(self):
            for key, reference in self.data.iteritems():
                if reference() is not None:
                    yield key

    def __iter__(self):
        return self.iterkeys()

    def itervalues(self):
        self._settle_to_read()
        with _Iteration(self):
            for reference in self.data.itervalues():
                value = reference()
                if value is not None:
                    yield value

    def itervaluerefs(self):
        """References that may be dead by the time they are used."""
        self._settle_to_read()
        with _Iteration(self):
            for reference in self.data.itervalues():
                yield reference

    def valuerefs(self):
        self._settle_to_read()
        return self.data.values()

    def items(self):
        return list(self.iteritems())

    def keys(self):
        return list(self.iterkeys())

    def values(self):
        return list(self.itervalues())

    def popitem(self):
        self._settle()
        while True:
            key, reference = self.data.popitem()
            value = reference()
            if value is not None:
                return key, value

    def pop(self, key, *default):
        self._settle()
        reference = self.data.pop(key, None)
        value = reference() if reference is not None else None
        if value is not None:
            return value
        if default:
            return default[0]
        raise KeyError(key)

    def setdefault(self, key, default=None):
        value = self.get(key)
        if value is None:
            self[key] = value = default
        return value

    def update(*args, **keywords):
        self, other, keywords = _arguments('update', args, keywords)
        self._settle()
        if other is not None:
            pairs = other.items() if hasattr(other, 'items') else dict(other).items()
            for key, value in pairs:
                self.data[key] = self._wrap(key, value)
        for key, value in keywords.items():
            self.data[key] = self._wrap(key, value)


class WeakKeyDictionary(UserDict.UserDict):
    """Maps objects that it does not keep alive to values, by equality of the objects."""

    def __init__(self, dict=None):
        self.data = {}
        self._iterating = set()
        self._pending_removals = []

        def remove(dead, me=ref(self)):
            self = me()
            if self is None:
                return
            if self._iterating:
                self._pending_removals.append(dead)
            else:
                self.data.pop(dead, None)
        self._remove = remove
        if dict is not None:
            self.update(dict)

    def _commit_removals(self):
        while self._pending_removals:
            self.data.pop(self._pending_removals.pop(), None)

    def __getitem__(self, key):
        return self.data[ref(key)]

    def __setitem__(self, key, value):
        self.data[ref(key, self._remove)] = value

    def __delitem__(self, key):
        del self.data[ref(key)]

    def __contains__(self, key):
        try:
            return ref(key) in self.data
        except TypeError:
            return False
    has_key = __contains__

    def __repr__(self):
        return '<WeakKeyDictionary at %s>' % id(self)

    def copy(self):
        result = WeakKeyDictionary()
        for key, value in self.iteritems():
            result[key] = value
        return result
    __copy__ = copy

    def __deepcopy__(self, memo):
        from copy import deepcopy
        result = self.__class__()
        for key, value in self.iteritems():
            result[key] = deepcopy(value, memo)
        return result

    def get(self, key, default=None):
        return self.data.get(ref(key), default)

    def iteritems(self):
        with _Iteration(self):
            for reference, value in self.data.iteritems():
                key = reference()
                if key is not None:
                    yield key, value

    def iterkeys(self):
        with _Iteration(self):
            for reference in self.data.iterkeys():
                key = reference()
                if key is not None:
                    yield key

    def __iter__(self):
        return self.iterkeys()

    def itervalues(self):
        with _Iteration(self):
            for reference, value in self.data.iteritems():
                if reference() is not None:
                    yield value

    def iterkeyrefs(self):
        """References that may be dead by the time they are used."""
        with _Iteration(self):
            for reference in self.data.iterkeys():
                yield reference

    def keyrefs(self):
        return self.data.keys()

    def items(self):
        return list(self.iteritems())

    def keys(self):
        return list(self.iterkeys())

    def values(self):
        return list(self.itervalues())

    def popitem(self):
        while True:
            reference, value = self.data.popitem()
            key = reference()
            if key is not None:
                return key, value

    def pop(self, key, *default):
        return self.data.pop(ref(key), *default)

    def setdefault(self, key, default=None):
        return self.data.setdefault(ref(key, self._remove), default)

    def update(self, dict=None, **keywords):
        if dict is not None:
            pairs = dict.items() if hasattr(dict, 'items') else type({})(dict).items()
            for key, value in pairs:
                self[key] = value
        if keywords:
            self.update(keywords)
