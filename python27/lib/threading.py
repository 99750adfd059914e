"""Threads, and what they wait for: locks, conditions, semaphores, events.

Everything stands on `thread`: start_new_thread, allocate_lock, get_ident. There is no
waiting with a time limit there, so such waits poll, at first often.
"""
import warnings
from collections import deque as _deque
from itertools import count as _count
from time import sleep as _sleep
from time import time as _time
from traceback import format_exc as _format_exc

import sys as _sys
import thread

__all__ = ['activeCount', 'active_count', 'Condition', 'currentThread', 'current_thread',
           'enumerate', 'Event', 'Lock', 'RLock', 'Semaphore', 'BoundedSemaphore',
           'Thread', 'Timer', 'setprofile', 'settrace', 'local', 'stack_size']

_start_new_thread = thread.start_new_thread
_allocate_lock = thread.allocate_lock
_get_ident = thread.get_ident
ThreadError = thread.error
stack_size = thread.stack_size
Lock = _allocate_lock
del thread

warnings.filterwarnings('ignore', category=DeprecationWarning, module='threading',
                        message='sys.exc_clear')

_VERBOSE = False


class _Verbose(object):
    """Messages about each step, when Thread(verbose=True) or so asks for them."""

    def __init__(self, verbose=None):
        self.__verbose = _VERBOSE if verbose is None else verbose

    def _note(self, format, *args):
        if self.__verbose:
            ident = _get_ident()
            thread = _active.get(ident)
            name = thread.name if thread is not None else '<OS thread %d>' % ident
            _sys.stderr.write('%s: %s\n' % (name, format % args))


# ------------------------------------------------------------------ tracing

_profile_hook = None
_trace_hook = None


def setprofile(func):
    """func goes to sys.setprofile() in each thread before it runs."""
    global _profile_hook
    _profile_hook = func


def settrace(func):
    """func goes to sys.settrace() in each thread before it runs."""
    global _trace_hook
    _trace_hook = func


# ------------------------------------------------------------------ locks

def RLock(*args, **kwargs):
    """A lock that its holder may acquire again; it is free after as many releases."""
    return _RLock(*args, **kwargs)


class _RLock(_Verbose):
    def __init__(self, verbose=None):
        _Verbose.__init__(self, verbose)
        self.__block = _allocate_lock()
        self.__owner = None
        self.__count = 0

    def __repr__(self):
        owner = self.__owner
        if owner in _active:
            owner = _active[owner].name
        return '<%s owner=%r count=%d>' % (self.__class__.__name__, owner, self.__count)

    def acquire(self, blocking=1):
        me = _get_ident()
        if self.__owner == me:
            self.__count += 1
            return 1
        got = self.__block.acquire(blocking)
        if got:
            self.__owner = me
            self.__count = 1
        return got

    __enter__ = acquire

    def release(self):
        if self.__owner != _get_ident():
            raise RuntimeError('cannot release un-acquired lock')
        self.__count -= 1
        if self.__count == 0:
            self.__owner = None
            self.__block.release()

    def __exit__(self, *unused):
        self.release()

    # What Condition needs to give the lock up altogether and take it back as it was.

    def _acquire_restore(self, state):
        self.__block.acquire()
        self.__count, self.__owner = state

    def _release_save(self):
        state = self.__count, self.__owner
        self.__count = 0
        self.__owner = None
        self.__block.release()
        return state

    def _is_owned(self):
        return self.__owner == _get_ident()


def Condition(*args, **kwargs):
    """Lets threads wait until another one says that something has changed."""
    return _Condition(*args, **kwargs)


class _Condition(_Verbose):
    """A lock, and one more lock for each waiter, which notify() releases."""

    def __init__(self, lock=None, verbose=None):
        _Verbose.__init__(self, verbose)
        self.__lock = lock = RLock() if lock is None else lock
        self.__waiters = []
        self.acquire = lock.acquire
        self.release = lock.release
        for name in ('_release_save', '_acquire_restore', '_is_owned'):
            method = getattr(lock, name, None)
            if method is not None:
                setattr(self, name, method)

    def __enter__(self):
        return self.__lock.__enter__()

    def __exit__(self, *args):
        return self.__lock.__exit__(*args)

    def __repr__(self):
        return '<Condition(%s, %d)>' % (self.__lock, len(self.__waiters))

    # For a plain lock, which does not know its owner.

    def _release_save(self):
        self.__lock.release()

    def _acquire_restore(self, state):
        self.__lock.acquire()

    def _is_owned(self):
        if self.__lock.acquire(0):
            self.__lock.release()
            return False
        return True

    def wait(self, timeout=None):
        """Gives the lock up, waits for notify() or timeout seconds, takes it back."""
        if not self._is_owned():
            raise RuntimeError('cannot wait on un-acquired lock')
        waiter = _allocate_lock()
        waiter.acquire()
        self.__waiters.append(waiter)
        state = self._release_save()
        try:
            if timeout is None:
                waiter.acquire()
            elif not _acquire_within(waiter, timeout):
                try:
                    self.__waiters.remove(waiter)
                except ValueError:
                    pass
        finally:
            self._acquire_restore(state)

    def notify(self, n=1):
        """Wakes at most n waiters."""
        if not self._is_owned():
            raise RuntimeError('cannot notify on un-acquired lock')
        for waiter in self.__waiters[:n]:
            waiter.release()
            try:
                self.__waiters.remove(waiter)
            except ValueError:
                pass

    def notifyAll(self):
        """Wakes all waiters."""
        self.notify(len(self.__waiters))

    notify_all = notifyAll


def _acquire_within(lock, timeout):
    """acquire() with a limit in seconds, by polling from 0.5 ms up to 50 ms apart."""
    end = _time() + timeout
    pause = 0.0005
    while not lock.acquire(0):
        left = end - _time()
        if left <= 0:
            return False
        pause = min(pause * 2, left, 0.05)
        _sleep(pause)
    return True


def Semaphore(*args, **kwargs):
    """A counter that acquire() lowers, waiting while it is zero, and release() raises."""
    return _Semaphore(*args, **kwargs)


class _Semaphore(_Verbose):
    def __init__(self, value=1, verbose=None):
        if value < 0:
            raise ValueError('semaphore initial value must be >= 0')
        _Verbose.__init__(self, verbose)
        self.__cond = Condition(Lock())
        self.__value = value

    def acquire(self, blocking=1):
        with self.__cond:
            while self.__value == 0:
                if not blocking:
                    return False
                self.__cond.wait()
            self.__value -= 1
        return True

    __enter__ = acquire

    def release(self):
        with self.__cond:
            self.__value += 1
            self.__cond.notify()

    def __exit__(self, *unused):
        self.release()

    def _at_least(self, value):
        return self.__value >= value


def BoundedSemaphore(*args, **kwargs):
    """A semaphore that refuses to be released more often than it was acquired."""
    return _BoundedSemaphore(*args, **kwargs)


class _BoundedSemaphore(_Semaphore):
    def __init__(self, value=1, verbose=None):
        _Semaphore.__init__(self, value, verbose)
        self._initial_value = value

    def release(self):
        if self._at_least(self._initial_value):
            raise ValueError('Semaphore released too many times')
        return _Semaphore.release(self)

    def __exit__(self, *unused):
        self.release()


def Event(*args, **kwargs):
    """A flag that threads can wait for."""
    return _Event(*args, **kwargs)


class _Event(_Verbose):
    def __init__(self, verbose=None):
        _Verbose.__init__(self, verbose)
        self.__cond = Condition(Lock())
        self.__flag = False

    def _reset_internal_locks(self):
        self.__cond = Condition(Lock())

    def isSet(self):
        return self.__flag

    is_set = isSet

    def set(self):
        with self.__cond:
            self.__flag = True
            self.__cond.notify_all()

    def clear(self):
        with self.__cond:
            self.__flag = False

    def wait(self, timeout=None):
        """Waits until the flag is set, at most timeout seconds; the flag at the end."""
        with self.__cond:
            if not self.__flag:
                self.__cond.wait(timeout)
            return self.__flag


# ------------------------------------------------------------------ threads

_number = _count().next
_number()  # the first thread that has to make up a name is Thread-1


def _newname(template='Thread-%d'):
    return template % _number()


_active_limbo_lock = _allocate_lock()
_active = {}  # ident -> Thread
_limbo = {}   # Thread -> Thread: started, not running yet


class Thread(_Verbose):
    """Runs target(*args, **kwargs), or run() of a subclass, after start()."""

    __initialized = False
    # Modules may be gone when a daemon thread goes on to the end of the program.
    __exc_info = _sys.exc_info
    __exc_clear = _sys.exc_clear

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None,
                 verbose=None):
        assert group is None, 'group argument must be None for now'
        _Verbose.__init__(self, verbose)
        self.__target = target
        self.__name = str(name or _newname())
        self.__args = args
        self.__kwargs = {} if kwargs is None else kwargs
        self.__daemonic = self._set_daemon()
        self.__ident = None
        self.__started = Event()
        self.__stopped = False
        self.__block = Condition(Lock())
        self.__initialized = True
        # Kept, because sys.stderr may be gone when a thread fails late.
        self.__stderr = _sys.stderr

    def _reset_internal_locks(self):
        """After a fork: whoever held them is not here."""
        if hasattr(self, '_Thread__block'):
            self.__block.__init__()
        self.__started._reset_internal_locks()

    @property
    def _block(self):
        return self.__block

    def _set_daemon(self):
        return current_thread().daemon

    def __repr__(self):
        assert self.__initialized, 'Thread.__init__() was not called'
        status = 'initial'
        if self.__started.is_set():
            status = 'started'
        if self.__stopped:
            status = 'stopped'
        if self.__daemonic:
            status += ' daemon'
        if self.__ident is not None:
            status += ' %s' % self.__ident
        return '<%s(%s, %s)>' % (self.__class__.__name__, self.__name, status)

    def start(self):
        """Starts the thread; once only. Returns when it runs."""
        if not self.__initialized:
            raise RuntimeError('thread.__init__() not called')
        if self.__started.is_set():
            raise RuntimeError('threads can only be started once')
        with _active_limbo_lock:
            _limbo[self] = self
        try:
            _start_new_thread(self.__bootstrap, ())
        except Exception:
            with _active_limbo_lock:
                del _limbo[self]
            raise
        self.__started.wait()

    def run(self):
        try:
            if self.__target:
                self.__target(*self.__args, **self.__kwargs)
        finally:
            # The arguments may refer back to the thread.
            del self.__target, self.__args, self.__kwargs

    def _set_ident(self):
        self.__ident = _get_ident()

    def __bootstrap(self):
        try:
            self.__bootstrap_inner()
        except:
            # At the end of the program a daemon thread finds its globals gone: silent then.
            if self.__daemonic and _sys is None:
                return
            raise

    def __bootstrap_inner(self):
        try:
            self._set_ident()
            self.__started.set()
            with _active_limbo_lock:
                _active[self.__ident] = self
                del _limbo[self]
            if _trace_hook:
                _sys.settrace(_trace_hook)
            if _profile_hook:
                _sys.setprofile(_profile_hook)
            try:
                self.run()
            except SystemExit:
                pass
            except:
                self.__report()
            finally:
                # The traceback must not keep the thread's frames alive.
                self.__exc_clear()
        finally:
            with _active_limbo_lock:
                self.__stop()
                try:
                    del _active[_get_ident()]
                except KeyError:
                    pass

    def __report(self):
        """An exception left run(): say so, on what is left of stderr."""
        if _sys and _sys.stderr is not None:
            print >> _sys.stderr, 'Exception in thread %s:\n%s' % (self.name, _format_exc())
            return
        if self.__stderr is None:
            return
        kind, value, traceback = self.__exc_info()
        try:
            print >> self.__stderr, ('Exception in thread ' + self.name +
                                     ' (most likely raised during interpreter shutdown):')
            print >> self.__stderr, 'Traceback (most recent call last):'
            while traceback:
                code = traceback.tb_frame.f_code
                print >> self.__stderr, '  File "%s", line %s, in %s' % (
                    code.co_filename, traceback.tb_lineno, code.co_name)
                traceback = traceback.tb_next
            print >> self.__stderr, '%s: %s' % (kind, value)
        finally:
            del kind, value, traceback

    def __stop(self):
        # A thread that ends while the program is forked or torn down may hold no lock.
        if not hasattr(self, '_Thread__block'):
            return
        self.__block.acquire()
        self.__stopped = True
        self.__block.notify_all()
        self.__block.release()

    def _forget(self):
        with _active_limbo_lock:
            _active.pop(_get_ident(), None)

    def join(self, timeout=None):
        """Waits for the end of the thread, at most timeout seconds."""
        if not self.__initialized:
            raise RuntimeError('Thread.__init__() not called')
        if not self.__started.is_set():
            raise RuntimeError('cannot join thread before it is started')
        if self is current_thread():
            raise RuntimeError('cannot join current thread')
        # By name, not `with`: a fork gives the lock new methods.
        self.__block.acquire()
        try:
            if timeout is None:
                while not self.__stopped:
                    self.__block.wait()
                return
            end = _time() + timeout
            while not self.__stopped:
                left = end - _time()
                if left <= 0:
                    return
                self.__block.wait(left)
        finally:
            self.__block.release()

    @property
    def name(self):
        assert self.__initialized, 'Thread.__init__() not called'
        return self.__name

    @name.setter
    def name(self, name):
        assert self.__initialized, 'Thread.__init__() not called'
        self.__name = str(name)

    @property
    def ident(self):
        assert self.__initialized, 'Thread.__init__() not called'
        return self.__ident

    def isAlive(self):
        assert self.__initialized, 'Thread.__init__() not called'
        return self.__started.is_set() and not self.__stopped

    is_alive = isAlive

    @property
    def daemon(self):
        """The program does not wait for daemon threads. Set before start()."""
        assert self.__initialized, 'Thread.__init__() not called'
        return self.__daemonic

    @daemon.setter
    def daemon(self, daemonic):
        if not self.__initialized:
            raise RuntimeError('Thread.__init__() not called')
        if self.__started.is_set():
            raise RuntimeError('cannot set daemon status of active thread')
        self.__daemonic = daemonic

    def isDaemon(self):
        return self.daemon

    def setDaemon(self, daemonic):
        self.daemon = daemonic

    def getName(self):
        return self.name

    def setName(self, name):
        self.name = name


def Timer(*args, **kwargs):
    """A thread that calls function(*args, **kwargs) after interval seconds."""
    return _Timer(*args, **kwargs)


class _Timer(Thread):
    def __init__(self, interval, function, args=[], kwargs={}):
        Thread.__init__(self)
        self.interval = interval
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.finished = Event()

    def cancel(self):
        """No call, unless it has happened."""
        self.finished.set()

    def run(self):
        self.finished.wait(self.interval)
        if not self.finished.is_set():
            self.function(*self.args, **self.kwargs)
        self.finished.set()


class _MainThread(Thread):
    """The thread that imported this module first."""

    def __init__(self):
        Thread.__init__(self, name='MainThread')
        self._Thread__started.set()
        self._set_ident()
        with _active_limbo_lock:
            _active[self.ident] = self

    def _set_daemon(self):
        return False

    def _exitfunc(self):
        """At the end of the program: waits for all threads that are no daemons."""
        self._Thread__stop()
        while True:
            for thread in enumerate():
                if not thread.daemon and thread.is_alive() and thread is not self:
                    thread.join()
                    break
            else:
                break
        self._forget()


class _DummyThread(Thread):
    """Stands for a thread that was not started here. Never ends, as far as is known."""

    def __init__(self):
        Thread.__init__(self, name=_newname('Dummy-%d'))
        del self._Thread__block
        self._Thread__started.set()
        self._set_ident()
        with _active_limbo_lock:
            _active[self.ident] = self

    def _set_daemon(self):
        return True

    def join(self, timeout=None):
        assert False, 'cannot join a dummy thread'


def currentThread():
    """The Thread object of the thread that asks."""
    try:
        return _active[_get_ident()]
    except KeyError:
        return _DummyThread()


current_thread = currentThread


def activeCount():
    """How many threads are alive."""
    with _active_limbo_lock:
        return len(_active) + len(_limbo)


active_count = activeCount


def enumerate():
    """All threads that are alive."""
    with _active_limbo_lock:
        return _active.values() + _limbo.values()


def _enumerate():
    """The same without the lock, for the interpreter's end."""
    return _active.values() + _limbo.values()


# The interpreter calls it before it ends.
_shutdown = _MainThread()._exitfunc

try:
    from thread import _local as local
except ImportError:
    from _threading_local import local


def _after_fork():
    """In the child only the thread that forked goes on. The interpreter calls this."""
    global _active_limbo_lock
    _active_limbo_lock = _allocate_lock()
    survivors = {}
    me = current_thread()
    with _active_limbo_lock:
        for thread in _enumerate():
            if hasattr(thread, '_reset_internal_locks'):
                thread._reset_internal_locks()
            if thread is me:
                ident = _get_ident()
                thread._Thread__ident = ident
                survivors[ident] = thread
            else:
                thread._Thread__stop()
        _limbo.clear()
        _active.clear()
        _active.update(survivors)
