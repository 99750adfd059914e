"""Running other programs: spawn(), and looking for them on the path."""
__revision__ = '$Id$'

import os
import sys

from distutils import log
from distutils.errors import DistutilsExecError, DistutilsPlatformError


def spawn(cmd, search_path=1, verbose=0, dry_run=0):
    """Runs the program cmd[0] with the arguments cmd[1:] and waits for it.

    Another status than 0, a signal, or no such program is a DistutilsExecError. With
    dry_run the command is only logged.
    """
    cmd = list(cmd)
    log.info(' '.join(cmd))
    if dry_run:
        return
    name = cmd[0]
    pid = os.fork()
    if pid == 0:
        try:
            (os.execvp if search_path else os.execv)(name, cmd)
        except OSError as e:
            sys.stderr.write('unable to execute %r: %s\n' % (name, e.strerror))
        os._exit(1)
    while True:
        try:
            pid, status = os.waitpid(pid, 0)
        except OSError as e:
            import errno
            if e.errno == errno.EINTR:
                continue
            raise DistutilsExecError('command %r failed: %s' % (name, e.args[-1]))
        if os.WIFSIGNALED(status):
            raise DistutilsExecError('command %r terminated by signal %d' %
                                     (name, os.WTERMSIG(status)))
        if os.WIFEXITED(status):
            code = os.WEXITSTATUS(status)
            if code:
                raise DistutilsExecError('command %r failed with exit status %d' %
                                         (name, code))
            return
        if not os.WIFSTOPPED(status):
            raise DistutilsExecError('unknown error executing %r: termination status %d' %
                                     (name, status))


def find_executable(executable, path=None):
    """The path of a program, by os.environ['PATH'] or another list; None when there is no
    such file."""
    if path is None:
        path = os.environ.get('PATH', os.defpath)
    if os.path.isfile(executable):
        return executable
    for folder in path.split(os.pathsep):
        candidate = os.path.join(folder, executable)
        if os.path.isfile(candidate):
            return candidate
    return None
