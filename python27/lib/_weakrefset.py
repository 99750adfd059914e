"""WeakSet: a set that its elements do not owe their lives to.

Apart from `weakref` because `abc` needs it before that can be imported.

`data` holds weak references. One that dies while somebody iterates over the
set must not change it then: it waits in `_dead` until the last iteration ends.
"""
from _weakref import ref

__all__ = ['WeakSet']


class _Iteration(object):
    """Held by whoever iterates: removals wait while one is alive."""

    def __init__(self, owner):
        self.owner = ref(owner)

    def __enter__(self):
        owner = self.owner()
        if owner is not None:
            owner._iterating.add(self)
        return self

    def __exit__(self, *unused):
        owner = self.owner()
        if owner is not None:
            owner._iterating.discard(self)
            if not owner._iterating:
                owner._commit_removals()


class WeakSet(object):
    def __init__(self, data=None):
        self.data = set()
        self._iterating = set()
        self._pending_removals = []

        def remove(dead, me=ref(self)):
            self = me()
            if self is None:
                return
            if self._iterating:
                self._pending_removals.append(dead)
            else:
                self.data.discard(dead)
        self._remove = remove
        if data is not None:
            self.update(data)

    def _commit_removals(self):
        while self._pending_removals:
            self.data.discard(self._pending_removals.pop())

    def _settle(self):
        if self._pending_removals:
            self._commit_removals()

    def _ref(self, item):
        return ref(item, self._remove)

    @staticmethod
    def _lookup(item):
        """A reference to search with; None if item cannot be an element."""
        try:
            return ref(item)
        except TypeError:
            return None

    def __iter__(self):
        with _Iteration(self):
            for reference in self.data:
                item = reference()
                if item is not None:
                    yield item

    def __len__(self):
        return len(self.data) - len(self._pending_removals)

    def __contains__(self, item):
        reference = self._lookup(item)
        return reference is not None and reference in self.data

    def __reduce__(self):
        return self.__class__, (list(self),), getattr(self, '__dict__', None)

    __hash__ = None

    # -- changing it

    def add(self, item):
        self._settle()
        self.data.add(self._ref(item))

    def clear(self):
        self._settle()
        self.data.clear()

    def pop(self):
        self._settle()
        while self.data:
            item = self.data.pop()()
            if item is not None:
                return item
        raise KeyError('pop from empty WeakSet')

    def remove(self, item):
        self._settle()
        self.data.remove(ref(item))

    def discard(self, item):
        self._settle()
        self.data.discard(ref(item))

    def update(self, other):
        self._settle()
        for item in other:
            self.add(item)

    def __ior__(self, other):
        self.update(other)
        return self

    def difference_update(self, other):
        self -= other

    def __isub__(self, other):
        self._settle()
        if other is self:
            self.data.clear()
        else:
            self.data.difference_update([ref(item) for item in other])
        return self

    def intersection_update(self, other):
        self &= other

    def __iand__(self, other):
        self._settle()
        self.data.intersection_update([ref(item) for item in other])
        return self

    def symmetric_difference_update(self, other):
        self ^= other

    def __ixor__(self, other):
        self._settle()
        if other is self:
            self.data.clear()
        else:
            self.data.symmetric_difference_update([self._ref(item) for item in other])
        return self

    # -- new sets

    def copy(self):
        return self.__class__(self)

    def union(self, other):
        result = self.copy()
        result.update(other)
        return result
    __or__ = union

    def difference(self, other):
        result = self.copy()
        result.difference_update(other)
        return result
    __sub__ = difference

    def intersection(self, other):
        return self.__class__(item for item in other if item in self)
    __and__ = intersection

    def symmetric_difference(self, other):
        result = self.copy()
        result.symmetric_difference_update(other)
        return result
    __xor__ = symmetric_difference

    # -- comparing

    def _refs(self, other):
        return set([ref(item) for item in other])

    def issubset(self, other):
        return self.data.issubset(self._refs(other))
    __le__ = issubset

    def __lt__(self, other):
        return self.data < self._refs(other)

    def issuperset(self, other):
        return self.data.issuperset(self._refs(other))
    __ge__ = issuperset

    def __gt__(self, other):
        return self.data > self._refs(other)

    def __eq__(self, other):
        if not isinstance(other, self.__class__):
            return NotImplemented
        return self.data == self._refs(other)

    def __ne__(self, other):
        equal = self.__eq__(other)
        return NotImplemented if equal is NotImplemented else not equal

    def isdisjoint(self, other):
        return len(self.intersection(other)) == 0
