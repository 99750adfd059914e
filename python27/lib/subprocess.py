"""Other programs: starting them, talking to them, waiting for them.

    Popen(args, ...)    a running program
    call, check_call, check_output(args, ...)
    PIPE, STDOUT        values for stdin, stdout and stderr of Popen
"""
import errno
import fcntl
import gc
import os
import pickle
import select
import signal
import sys
import traceback
import types

mswindows = False
_has_poll = hasattr(select, 'poll')
_PIPE_BUF = getattr(select, 'PIPE_BUF', 512)

__all__ = ['Popen', 'PIPE', 'STDOUT', 'call', 'check_call', 'check_output',
           'CalledProcessError']

try:
    MAXFD = os.sysconf('SC_OPEN_MAX')
except:
    MAXFD = 256

PIPE = -1
STDOUT = -2


class CalledProcessError(Exception):
    """A program ended with another status than 0: returncode, cmd and output say more."""

    def __init__(self, returncode, cmd, output=None):
        self.returncode = returncode
        self.cmd = cmd
        self.output = output

    def __str__(self):
        return "Command '%s' returned non-zero exit status %d" % (self.cmd, self.returncode)


def _eintr_retry_call(func, *args):
    while True:
        try:
            return func(*args)
        except (OSError, IOError, select.error) as e:
            if e.args[0] != errno.EINTR:
                raise


# Objects whose program still ran when they died: these are waited for later.
_active = []


def _cleanup():
    for process in _active[:]:
        if process._internal_poll(_deadstate=sys.maxint) is not None:
            try:
                _active.remove(process)
            except ValueError:
                pass  # another thread was faster


def _args_from_interpreter_flags():
    """Command line options with which a child has the same sys.flags."""
    letters = {'debug': 'd', 'dont_write_bytecode': 'B', 'no_user_site': 's', 'no_site': 'S',
               'ignore_environment': 'E', 'verbose': 'v', 'bytes_warning': 'b',
               'py3k_warning': '3'}
    args = []
    for flag, letter in letters.items():
        value = getattr(sys.flags, flag, 0)
        if value > 0:
            args.append('-' + letter * value)
    if getattr(sys.flags, 'hash_randomization', 0):
        args.append('-R')
    for option in sys.warnoptions:
        args.append('-W' + option)
    return args


def call(*popenargs, **kwargs):
    """Runs a program (arguments as for Popen), waits, and gives its return code."""
    return Popen(*popenargs, **kwargs).wait()


def _command(popenargs, kwargs):
    cmd = kwargs.get('args')
    return popenargs[0] if cmd is None else cmd


def check_call(*popenargs, **kwargs):
    """As call(), but another code than 0 is a CalledProcessError."""
    code = call(*popenargs, **kwargs)
    if code:
        raise CalledProcessError(code, _command(popenargs, kwargs))
    return 0


def check_output(*popenargs, **kwargs):
    """What the program writes to its standard output; another code than 0 is a
    CalledProcessError, which has the output, too."""
    if 'stdout' in kwargs:
        raise ValueError('stdout argument not allowed, it will be overridden.')
    process = Popen(stdout=PIPE, *popenargs, **kwargs)
    output, _ = process.communicate()
    code = process.poll()
    if code:
        raise CalledProcessError(code, _command(popenargs, kwargs), output=output)
    return output


def list2cmdline(seq):
    """A list of arguments as one line, quoted as programs on Windows take it apart."""
    words = []
    for arg in seq:
        quote = not arg or ' ' in arg or '\t' in arg
        out = []
        slashes = 0
        for c in arg:
            if c == '\\':
                slashes += 1
                continue
            if c == '"':
                out.append('\\' * (2 * slashes) + '\\"')
            else:
                out.append('\\' * slashes + c)
            slashes = 0
        # Before the closing quote, backslashes count double.
        out.append('\\' * (2 * slashes if quote else slashes))
        word = ''.join(out)
        words.append('"%s"' % word if quote else word)
    return ' '.join(words)


class Popen(object):
    """A program that runs in a process of its own.

    args        a sequence: program and arguments; or a string
    bufsize     of the files for pipes, as open() takes it
    executable  the program, when it is not args[0]
    stdin, stdout, stderr
                PIPE (a pipe to this object's file of that name), a descriptor, a file, or
                None (as here); stderr may be STDOUT
    preexec_fn  called in the child before the program starts
    close_fds   the child has no other descriptors than 0, 1, 2
    shell       args is for /bin/sh
    cwd, env    directory and environment of the child
    universal_newlines
                the files for pipes translate line ends
    """
    _child_created = False  # __del__ looks at it when __init__ failed

    def __init__(self, args, bufsize=0, executable=None, stdin=None, stdout=None,
                 stderr=None, preexec_fn=None, close_fds=False, shell=False, cwd=None,
                 env=None, universal_newlines=False, startupinfo=None, creationflags=0):
        _cleanup()
        if not isinstance(bufsize, (int, long)):
            raise TypeError('bufsize must be an integer')
        if startupinfo is not None:
            raise ValueError('startupinfo is only supported on Windows platforms')
        if creationflags != 0:
            raise ValueError('creationflags is only supported on Windows platforms')
        self.stdin = self.stdout = self.stderr = None
        self.pid = self.returncode = None
        self.universal_newlines = universal_newlines

        handles, to_close = self._get_handles(stdin, stdout, stderr)
        p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite = handles
        try:
            self._execute_child(args, executable, preexec_fn, close_fds, cwd, env,
                                universal_newlines, startupinfo, creationflags, shell,
                                to_close, p2cread, p2cwrite, c2pread, c2pwrite, errread,
                                errwrite)
        except Exception:
            kind, value, trace = sys.exc_info()
            for fd in to_close:
                try:
                    os.close(fd)
                except EnvironmentError:
                    pass
            raise kind, value, trace
        reading = 'rU' if universal_newlines else 'rb'
        if p2cwrite is not None:
            self.stdin = os.fdopen(p2cwrite, 'wb', bufsize)
        if c2pread is not None:
            self.stdout = os.fdopen(c2pread, reading, bufsize)
        if errread is not None:
            self.stderr = os.fdopen(errread, reading, bufsize)

    def __del__(self, _maxint=sys.maxint):
        if not self._child_created:
            return
        self._internal_poll(_deadstate=_maxint)
        if self.returncode is None and _active is not None:
            _active.append(self)

    def _translate_newlines(self, data):
        return data.replace('\r\n', '\n').replace('\r', '\n')

    def _remember(self, fd, to_close):
        to_close.add(fd)
        return fd

    def pipe_cloexec(self):
        """A pipe that programs started by other threads do not inherit."""
        ends = os.pipe()
        for fd in ends:
            self._set_cloexec_flag(fd)
        return ends

    def _set_cloexec_flag(self, fd, cloexec=True):
        flags = fcntl.fcntl(fd, fcntl.F_GETFD)
        if cloexec:
            flags |= fcntl.FD_CLOEXEC
        else:
            flags &= ~fcntl.FD_CLOEXEC
        fcntl.fcntl(fd, fcntl.F_SETFD, flags)

    def _get_handles(self, stdin, stdout, stderr):
        """The descriptors of the three streams: here and in the child."""
        to_close = set()

        def open_stream(value, read_by_child):
            # (the child's end, this end)
            if value is None:
                return None, None
            if value == PIPE:
                read, write = self.pipe_cloexec()
                to_close.update((read, write))
                return (read, write) if read_by_child else (write, read)
            if isinstance(value, (int, long)):
                return value, None
            return value.fileno(), None

        p2cread, p2cwrite = open_stream(stdin, True)
        c2pwrite, c2pread = open_stream(stdout, False)
        if stderr == STDOUT:
            errread = None
            errwrite = c2pwrite if c2pwrite is not None else sys.__stdout__.fileno()
        else:
            errwrite, errread = open_stream(stderr, False)
        return (p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite), to_close

    def _close_fds(self, but):
        if hasattr(os, 'closerange'):
            os.closerange(3, but)
            os.closerange(but + 1, MAXFD)
        else:
            for fd in xrange(3, MAXFD):
                if fd != but:
                    try:
                        os.close(fd)
                    except OSError:
                        pass

    def _execute_child(self, args, executable, preexec_fn, close_fds, cwd, env,
                       universal_newlines, startupinfo, creationflags, shell, to_close,
                       p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite):
        """fork and exec. What goes wrong in the child comes back through a pipe that closes
        when the program starts."""
        args = [args] if isinstance(args, types.StringTypes) else list(args)
        if shell:
            args = ['/bin/sh', '-c'] + args
            if executable:
                args[0] = executable
        if executable is None:
            executable = args[0]
        for name in env or ():
            if '=' in name:
                raise ValueError('illegal environment variable name')

        def close_here(fd):
            os.close(fd)
            to_close.discard(fd)

        report_read, report_write = self.pipe_cloexec()
        try:
            try:
                collecting = gc.isenabled()
                gc.disable()
                try:
                    self.pid = os.fork()
                except:
                    if collecting:
                        gc.enable()
                    raise
                self._child_created = True
                if self.pid == 0:
                    self._run_child(args, executable, preexec_fn, close_fds, cwd, env,
                                    (p2cwrite, c2pread, errread, report_read),
                                    (p2cread, c2pwrite, errwrite), report_write)
                if collecting:
                    gc.enable()
            finally:
                os.close(report_write)
            for fd, other in ((p2cread, p2cwrite), (c2pwrite, c2pread), (errwrite, errread)):
                if fd is not None and other is not None:
                    close_here(fd)
            report = ''
            while True:
                data = _eintr_retry_call(os.read, report_read, 1048576)
                if not data:
                    break
                report += data
        finally:
            os.close(report_read)
        if report:
            try:
                _eintr_retry_call(os.waitpid, self.pid, 0)
            except OSError as e:
                if e.errno != errno.ECHILD:
                    raise
            raise pickle.loads(report)

    def _run_child(self, args, executable, preexec_fn, close_fds, cwd, env, parents, streams,
                   report):
        """In the child: never returns."""
        try:
            for fd in parents:
                if fd is not None:
                    os.close(fd)
            # A descriptor below 3 must not be overwritten before it is used.
            p2cread, c2pwrite, errwrite = streams
            if c2pwrite == 0:
                c2pwrite = os.dup(c2pwrite)
            while errwrite in (0, 1):
                errwrite = os.dup(errwrite)
            for fd, number in ((p2cread, 0), (c2pwrite, 1), (errwrite, 2)):
                if fd == number:
                    self._set_cloexec_flag(fd, False)
                elif fd is not None:
                    os.dup2(fd, number)
            closed = set([None])
            for fd in (p2cread, c2pwrite, errwrite):
                if fd not in closed and fd > 2:
                    os.close(fd)
                    closed.add(fd)
            if cwd is not None:
                os.chdir(cwd)
            if preexec_fn:
                preexec_fn()
            if close_fds:
                self._close_fds(but=report)
            if env is None:
                os.execvp(executable, args)
            else:
                os.execvpe(executable, args, env)
        except:
            kind, value, trace = sys.exc_info()
            value.child_traceback = ''.join(traceback.format_exception(kind, value, trace))
            os.write(report, pickle.dumps(value))
        # Not sys.exit(): nothing of the parent's is to be flushed or run twice.
        os._exit(255)

    # ----------------------------------------------------------- waiting

    def _handle_exitstatus(self, sts, _WIFSIGNALED=os.WIFSIGNALED, _WTERMSIG=os.WTERMSIG,
                           _WIFEXITED=os.WIFEXITED, _WEXITSTATUS=os.WEXITSTATUS):
        if _WIFSIGNALED(sts):
            self.returncode = -_WTERMSIG(sts)
        elif _WIFEXITED(sts):
            self.returncode = _WEXITSTATUS(sts)
        else:
            raise RuntimeError('Unknown child exit status!')

    def _internal_poll(self, _deadstate=None, _waitpid=os.waitpid, _WNOHANG=os.WNOHANG,
                       _os_error=os.error, _ECHILD=errno.ECHILD):
        if self.returncode is None:
            try:
                pid, sts = _waitpid(self.pid, _WNOHANG)
                if pid == self.pid:
                    self._handle_exitstatus(sts)
            except _os_error as e:
                if _deadstate is not None:
                    self.returncode = _deadstate
                elif e.errno == _ECHILD:
                    self.returncode = 0  # somebody else waited; the status is lost
        return self.returncode

    def poll(self):
        """The return code, None while the program runs."""
        return self._internal_poll()

    def wait(self):
        """Waits for the program's end and gives its return code."""
        while self.returncode is None:
            try:
                pid, sts = _eintr_retry_call(os.waitpid, self.pid, 0)
            except OSError as e:
                if e.errno != errno.ECHILD:
                    raise
                pid, sts = self.pid, 0
            if pid == self.pid:
                self._handle_exitstatus(sts)
        return self.returncode

    def communicate(self, input=None):
        """Sends input, reads everything, waits; gives (stdout, stderr), None for what is no
        pipe."""
        if [self.stdin, self.stdout, self.stderr].count(None) < 2:
            return self._communicate(input)
        out = err = None
        if self.stdin:
            if input:
                try:
                    self.stdin.write(input)
                except IOError as e:
                    if e.errno not in (errno.EPIPE, errno.EINVAL):
                        raise
            self.stdin.close()
        elif self.stdout:
            out = _eintr_retry_call(self.stdout.read)
            self.stdout.close()
        elif self.stderr:
            err = _eintr_retry_call(self.stderr.read)
            self.stderr.close()
        self.wait()
        return out, err

    def _communicate(self, input):
        """Several pipes: whichever is ready is served."""
        if self.stdin:
            self.stdin.flush()
            if not input:
                self.stdin.close()
        chunks = {}
        poller = select.poll()
        files = {}

        def add(file, events):
            poller.register(file.fileno(), events)
            files[file.fileno()] = file

        def remove(fd):
            poller.unregister(fd)
            files.pop(fd).close()

        if self.stdin and input:
            add(self.stdin, select.POLLOUT)
        for file in (self.stdout, self.stderr):
            if file:
                add(file, select.POLLIN | select.POLLPRI)
                chunks[file] = []
        offset = 0
        while files:
            try:
                ready = poller.poll()
            except select.error as e:
                if e.args[0] == errno.EINTR:
                    continue
                raise
            for fd, mode in ready:
                if mode & select.POLLOUT:
                    try:
                        offset += os.write(fd, input[offset:offset + _PIPE_BUF])
                    except OSError as e:
                        if e.errno != errno.EPIPE:
                            raise
                        remove(fd)
                    else:
                        if offset >= len(input):
                            remove(fd)
                elif mode & (select.POLLIN | select.POLLPRI):
                    data = os.read(fd, 4096)
                    if data:
                        chunks[files[fd]].append(data)
                    else:
                        remove(fd)
                else:
                    remove(fd)
        result = []
        for file in (self.stdout, self.stderr):
            text = ''.join(chunks[file]) if file in chunks else None
            if text and self.universal_newlines and hasattr(file, 'newlines'):
                text = self._translate_newlines(text)
            result.append(text)
        self.wait()
        return tuple(result)

    # ----------------------------------------------------------- signals

    def send_signal(self, sig):
        """Sends a signal to the program."""
        os.kill(self.pid, sig)

    def terminate(self):
        """Asks the program to end (SIGTERM)."""
        self.send_signal(signal.SIGTERM)

    def kill(self):
        """Ends the program (SIGKILL)."""
        self.send_signal(signal.SIGKILL)
