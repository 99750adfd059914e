"""The operating system's services, on POSIX: `posix` and what is easily made of it.

    import os
    os.getcwd()             all of posix is here
    os.path.join(a, b)      os.path is posixpath
    os.environ['HOME']      changes reach the processes that are started later
"""
import errno
import sys

import posix
from posix import *
from posix import _exit
import posixpath as path
import UserDict

name = 'posix'
linesep = '\n'
SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2

sys.modules['os.path'] = path
from os.path import (altsep, curdir, defpath, devnull, extsep, pardir, pathsep, sep)


def _get_exports_list(module):
    """What `from module import *` gives (socket and others ask)."""
    try:
        return list(module.__all__)
    except AttributeError:
        return [n for n in dir(module) if not n.startswith('_')]


__all__ = _get_exports_list(posix) + [
    'path', 'name', 'linesep', 'altsep', 'curdir', 'defpath', 'devnull', 'extsep',
    'pardir', 'pathsep', 'sep', 'SEEK_SET', 'SEEK_CUR', 'SEEK_END', 'environ', 'getenv',
    'makedirs', 'removedirs', 'renames', 'walk']


def _exists(name):
    return name in globals()


def _has(function):
    return function in posix.__dict__


# ------------------------------------------------------------------ directories

def makedirs(name, mode=0777):
    """Makes the directory and all above it that are missing."""
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    if head and tail and not path.exists(head):
        try:
            makedirs(head, mode)
        except OSError as e:
            # Somebody else made it meanwhile: as good.
            if e.errno != errno.EEXIST:
                raise
        if tail == curdir:
            return
    mkdir(name, mode)


def _prune(name):
    """Removes name and its parents as long as they are empty."""
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    while head and tail:
        try:
            rmdir(head)
        except error:
            return
        head, tail = path.split(head)


def removedirs(name):
    """Removes the empty directory, then its parents as far as they are empty."""
    rmdir(name)
    _prune(name)


def renames(old, new):
    """Renames; makes the directories that new needs, removes those that old leaves empty."""
    head, tail = path.split(new)
    if head and tail and not path.exists(head):
        makedirs(head)
    rename(old, new)
    head, tail = path.split(old)
    if head and tail:
        try:
            removedirs(head)
        except error:
            pass


def walk(top, topdown=True, onerror=None, followlinks=False):
    """Yields (directory, names of directories in it, names of other files in it).

    Going top-down, who changes the list of directories in place decides where the
    walk goes. onerror gets the OSError of a directory that cannot be listed.
    """
    try:
        names = listdir(top)
    except error as e:
        if onerror is not None:
            onerror(e)
        return
    directories, files = [], []
    for name in names:
        (directories if path.isdir(path.join(top, name)) else files).append(name)
    if topdown:
        yield top, directories, files
    for name in directories:
        below = path.join(top, name)
        if followlinks or not path.islink(below):
            for item in walk(below, topdown, onerror, followlinks):
                yield item
    if not topdown:
        yield top, directories, files


# ------------------------------------------------------------------ environment

class _Environ(UserDict.IterableUserDict):
    """The environment: a dictionary whose changes child processes see."""

    def __init__(self, environ):
        UserDict.UserDict.__init__(self)
        self.data = environ

    def __setitem__(self, key, item):
        putenv(key, item)
        self.data[key] = item

    def __delitem__(self, key):
        unsetenv(key)
        del self.data[key]

    def clear(self):
        for key in self.data.keys():
            del self[key]

    def pop(self, key, *default):
        if key in self.data:
            unsetenv(key)
        return self.data.pop(key, *default)

    def update(self, other=None, **names):
        if other is not None:
            if hasattr(other, 'keys'):
                for key in other.keys():
                    self[key] = other[key]
            else:
                for key, item in other:
                    self[key] = item
        for key in names:
            self[key] = names[key]

    def copy(self):
        return dict(self.data)


environ = _Environ(posix.environ)


def getenv(key, default=None):
    return environ.get(key, default)


# ------------------------------------------------------------------ other programs

if _has('execv'):
    def execl(file, *args):
        """execl(file, argument 0, argument 1, ...): becomes that program."""
        execv(file, args)

    def execle(file, *args):
        """execle(file, argument 0, ..., environment)"""
        execve(file, args[:-1], args[-1])

    def execlp(file, *args):
        """Like execl; file is looked for on PATH."""
        execvp(file, args)

    def execlpe(file, *args):
        """Like execle; file is looked for on PATH."""
        execvpe(file, args[:-1], args[-1])

    def execvp(file, args):
        """Like execv; file is looked for on PATH."""
        _execvpe(file, args)

    def execvpe(file, args, env):
        """Like execve; file is looked for on env's PATH."""
        _execvpe(file, args, env)

    def _execvpe(file, args, env=None):
        if env is None:
            call, rest, env = execv, (args,), environ
        else:
            call, rest = execve, (args, env)
        if path.dirname(file):
            call(file, *rest)
            return
        # The error to tell is the last that is not about a directory without the file.
        missing = notable = None
        for directory in env.get('PATH', defpath).split(pathsep):
            try:
                call(path.join(directory, file), *rest)
            except error as e:
                if e.errno in (errno.ENOENT, errno.ENOTDIR):
                    missing = sys.exc_info()
                elif notable is None:
                    notable = sys.exc_info()
        kind, value, traceback = notable or missing
        raise kind, value, traceback

    __all__ += ['execl', 'execle', 'execlp', 'execlpe', 'execvp', 'execvpe']

if _has('fork') and not _has('spawnv'):
    P_WAIT = 0
    P_NOWAIT = P_NOWAITO = 1

    def _spawnvef(mode, file, args, env, call):
        """Runs call(file, args[, env]) in a child; its status, negative for a signal."""
        pid = fork()
        if pid == 0:
            try:
                if env is None:
                    call(file, args)
                else:
                    call(file, args, env)
            except:
                _exit(127)
        if mode == P_NOWAIT:
            return pid
        while True:
            status = waitpid(pid, 0)[1]
            if WIFSTOPPED(status):
                continue
            if WIFSIGNALED(status):
                return -WTERMSIG(status)
            if WIFEXITED(status):
                return WEXITSTATUS(status)
            raise error('Not stopped, signaled or exited???')

    def spawnv(mode, file, args):
        """Runs file: P_WAIT returns its status, P_NOWAIT its process number."""
        return _spawnvef(mode, file, args, None, execv)

    def spawnve(mode, file, args, env):
        """Like spawnv with another environment."""
        return _spawnvef(mode, file, args, env, execve)

    def spawnvp(mode, file, args):
        """Like spawnv; file is looked for on PATH."""
        return _spawnvef(mode, file, args, None, execvp)

    def spawnvpe(mode, file, args, env):
        """Like spawnve; file is looked for on PATH."""
        return _spawnvef(mode, file, args, env, execvpe)

    def spawnl(mode, file, *args):
        """spawnv with the arguments one by one."""
        return spawnv(mode, file, args)

    def spawnle(mode, file, *args):
        """spawnve with the arguments one by one, the environment last."""
        return spawnve(mode, file, args[:-1], args[-1])

    def spawnlp(mode, file, *args):
        """spawnvp with the arguments one by one."""
        return spawnvp(mode, file, args)

    def spawnlpe(mode, file, *args):
        """spawnvpe with the arguments one by one, the environment last."""
        return spawnvpe(mode, file, args[:-1], args[-1])

    __all__ += ['spawnv', 'spawnve', 'spawnvp', 'spawnvpe', 'spawnl', 'spawnle',
                'spawnlp', 'spawnlpe']


if _has('fork'):
    def _pipes(cmd, mode, bufsize, stderr):
        import warnings
        from subprocess import PIPE, STDOUT, Popen
        warnings.warn('os.popen%d is deprecated.  Use the subprocess module.'
                      % {None: 2, 'pipe': 3, 'stdout': 4}[stderr], DeprecationWarning,
                      stacklevel=3)
        return Popen(cmd, shell=isinstance(cmd, basestring), bufsize=bufsize, stdin=PIPE,
                     stdout=PIPE, close_fds=True,
                     stderr={None: None, 'pipe': PIPE, 'stdout': STDOUT}[stderr])

    def popen2(cmd, mode='t', bufsize=-1):
        """(child's stdin, child's stdout)"""
        p = _pipes(cmd, mode, bufsize, None)
        return p.stdin, p.stdout

    def popen3(cmd, mode='t', bufsize=-1):
        """(child's stdin, child's stdout, child's stderr)"""
        p = _pipes(cmd, mode, bufsize, 'pipe')
        return p.stdin, p.stdout, p.stderr

    def popen4(cmd, mode='t', bufsize=-1):
        """(child's stdin, child's stdout and stderr together)"""
        p = _pipes(cmd, mode, bufsize, 'stdout')
        return p.stdin, p.stdout

    __all__ += ['popen2', 'popen3', 'popen4']


# ------------------------------------------------------------------ pickling of results

def _make_stat_result(fields, names):
    return stat_result(fields, names)


def _make_statvfs_result(fields, names):
    return statvfs_result(fields, names)


def _register_results():
    import copy_reg

    def pickler(make):
        return lambda result: (make, result.__reduce__()[1])
    if _has('stat_result'):
        copy_reg.pickle(stat_result, pickler(_make_stat_result), _make_stat_result)
    if _has('statvfs_result'):
        copy_reg.pickle(statvfs_result, pickler(_make_statvfs_result),
                        _make_statvfs_result)


_register_results()
