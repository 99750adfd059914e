"""Network connections: socket objects, names and addresses.

The work is in _socket; here are the class `socket`, whose objects can be closed while
files made from them go on, those files, and what is easier to say in Python.
"""
import _socket
from _socket import *
from functools import partial
from types import MethodType

try:
    import _ssl
except ImportError:
    pass
else:
    from _ssl import (RAND_add, RAND_status, SSL_ERROR_EOF,
                      SSL_ERROR_INVALID_ERROR_CODE, SSL_ERROR_SSL, SSL_ERROR_SYSCALL,
                      SSL_ERROR_WANT_CONNECT, SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE,
                      SSL_ERROR_WANT_X509_LOOKUP, SSL_ERROR_ZERO_RETURN)
    from _ssl import SSLError as sslerror

    def ssl(sock, keyfile=None, certfile=None):
        """The old way to a secure connection; use ssl.wrap_socket()."""
        import ssl as module
        import warnings
        warnings.warn('socket.ssl() is deprecated.  Use ssl.wrap_socket() instead.',
                      DeprecationWarning, stacklevel=2)
        return module.sslwrap_simple(sock, keyfile, certfile)

import errno as _errno
import os
import sys

try:
    from cStringIO import StringIO
except ImportError:
    from StringIO import StringIO

EBADF = getattr(_errno, 'EBADF', 9)
EINTR = getattr(_errno, 'EINTR', 4)

__all__ = ['getfqdn', 'create_connection']
__all__.extend(name for name in _socket.__dict__ if not name.startswith('_'))

_realsocket = socket


def getfqdn(name=''):
    """The full name of a host, of this one without an argument."""
    name = name.strip()
    if not name or name == '0.0.0.0':
        name = gethostname()
    try:
        canonical, aliases, _ = gethostbyaddr(name)
    except error:
        return name
    for candidate in [canonical] + list(aliases):
        if '.' in candidate:
            return candidate
    return canonical


# Methods of socket objects that go straight to the connection underneath: these are set on
# each object, for speed, and cut off by close().
_delegate_methods = ('recv', 'recvfrom', 'recv_into', 'recvfrom_into', 'send', 'sendto')
_socketmethods = ('bind', 'connect', 'connect_ex', 'fileno', 'listen', 'getpeername',
                  'getsockname', 'getsockopt', 'setsockopt', 'sendall', 'setblocking',
                  'settimeout', 'gettimeout', 'shutdown')


class _closedsocket(object):
    """What is under a closed socket."""
    __slots__ = []

    def _dummy(*args):
        raise error(EBADF, 'Bad file descriptor')

    send = recv = recv_into = sendto = recvfrom = recvfrom_into = _dummy
    __getattr__ = _dummy


def _reuse(sock):
    """sock gets one more user (connections of other kinds need not count them)."""
    count = getattr(sock, '_reuse', None)
    if count is not None:
        count()


def _drop(sock):
    count = getattr(sock, '_drop', None)
    if count is not None:
        count()


class _socketobject(object):
    __doc__ = _realsocket.__doc__
    __slots__ = ['_sock', '__weakref__'] + list(_delegate_methods)

    def __init__(self, family=AF_INET, type=SOCK_STREAM, proto=0, _sock=None):
        if _sock is None:
            _sock = _realsocket(family, type, proto)
        else:
            _reuse(_sock)
        self._sock = _sock
        for name in _delegate_methods:
            setattr(self, name, getattr(_sock, name))

    def close(self, _closedsocket=_closedsocket, _delegate_methods=_delegate_methods,
              setattr=setattr, _drop=_drop):
        sock = self._sock
        self._sock = _closedsocket()
        dummy = self._sock._dummy
        for name in _delegate_methods:
            setattr(self, name, dummy)
        if not isinstance(sock, _closedsocket):
            _drop(sock)
    close.__doc__ = _realsocket.close.__doc__

    def accept(self):
        sock, address = self._sock.accept()
        new = _socketobject(_sock=sock)
        _drop(sock)  # the new object is its only user
        return new, address
    accept.__doc__ = _realsocket.accept.__doc__

    def dup(self):
        """Another object for the same connection."""
        return _socketobject(_sock=self._sock)

    def makefile(self, mode='r', bufsize=-1):
        """A file object for the connection, as open() would make it."""
        return _fileobject(self._sock, mode, bufsize)

    family = property(lambda self: self._sock.family, doc='the socket family')
    type = property(lambda self: self._sock.type, doc='the socket type')
    proto = property(lambda self: self._sock.proto, doc='the socket protocol')


def meth(name, self, *args):
    return getattr(self._sock, name)(*args)


for _name in _socketmethods:
    _method = partial(meth, _name)
    _method.__name__ = _name
    _method.__doc__ = getattr(_realsocket, _name).__doc__
    setattr(_socketobject, _name, MethodType(_method, None, _socketobject))
del _name, _method

socket = SocketType = _socketobject


def fromfd(fd, family, type, proto=0):
    return _own(_socket.fromfd(fd, family, type, proto))


def _own(sock):
    new = _socketobject(_sock=sock)
    _drop(sock)
    return new


fromfd.__doc__ = _socket.fromfd.__doc__

if hasattr(_socket, 'socketpair'):
    def socketpair(family=AF_UNIX, type=SOCK_STREAM, proto=0):
        a, b = _socket.socketpair(family, type, proto)
        return _own(a), _own(b)
    socketpair.__doc__ = _socket.socketpair.__doc__


class _fileobject(object):
    """A file on a connection: reading is buffered in _rbuf, a file in memory whose
    position says what was read already; writing in the list _wbuf."""

    default_bufsize = 8192
    name = '<socket>'
    __slots__ = ['mode', 'bufsize', 'softspace', '_sock', '_rbufsize', '_wbufsize',
                 '_rbuf', '_wbuf', '_wbuf_len', '_close']

    def __init__(self, sock, mode='rb', bufsize=-1, close=False):
        _reuse(sock)
        self._sock = sock
        self.mode = mode
        if bufsize < 0:
            bufsize = self.default_bufsize
        self.bufsize = bufsize
        self.softspace = False
        # 0 and 1 (unbuffered, by line) read one byte at a time where they must.
        self._rbufsize = bufsize if bufsize > 1 else 1 if bufsize == 0 else self.default_bufsize
        self._wbufsize = bufsize
        self._rbuf = StringIO()
        self._wbuf = []
        self._wbuf_len = 0
        self._close = close

    closed = property(lambda self: self._sock is None, doc='True if the file is closed')

    def close(self):
        sock = self._sock
        try:
            if sock:
                self.flush()
        finally:
            self._sock = None
            if sock is not None:
                if self._close:
                    sock.close()
                else:
                    _drop(sock)

    def __del__(self):
        try:
            self.close()
        except:
            pass  # nobody is there to be told

    def flush(self):
        if not self._wbuf:
            return
        data = ''.join(self._wbuf)
        self._wbuf = []
        self._wbuf_len = 0
        view = memoryview(data)
        sent = 0
        try:
            while sent < len(data):
                self._sock.sendall(view[sent:sent + self.default_bufsize])
                sent += self.default_bufsize
        finally:
            if sent < len(data):
                rest = data[sent:]
                self._wbuf.append(rest)
                self._wbuf_len = len(rest)

    def fileno(self):
        return self._sock.fileno()

    def write(self, data):
        data = str(data)
        if not data:
            return
        self._wbuf.append(data)
        self._wbuf_len += len(data)
        if (self._wbufsize == 0 or (self._wbufsize == 1 and '\n' in data) or
                1 < self._wbufsize <= self._wbuf_len):
            self.flush()

    def writelines(self, lines):
        for line in filter(None, map(str, lines)):
            self._wbuf.append(line)
            self._wbuf_len += len(line)
        if self._wbufsize <= 1 or self._wbuf_len >= self._wbufsize:
            self.flush()

    def _receive(self, size):
        """At least one byte, unless the connection has ended; tries again when a signal
        came."""
        while True:
            try:
                return self._sock.recv(size)
            except error as e:
                if e.args[0] != EINTR:
                    raise

    def _start(self):
        """What is in the buffer and not yet read, as a file in memory at its end."""
        buf = self._rbuf
        buf.seek(0, 2)
        return buf

    def _keep(self, text):
        self._rbuf = StringIO()
        self._rbuf.write(text)

    def read(self, size=-1):
        buf = self._start()
        if size < 0:
            chunk_size = max(self._rbufsize, self.default_bufsize)
            self._rbuf = StringIO()
            while True:
                try:
                    data = self._receive(chunk_size)
                except:
                    self._rbuf = buf
                    raise
                if not data:
                    return buf.getvalue()
                buf.write(data)
        have = buf.tell()
        if have >= size:
            text = buf.getvalue()
            self._keep(text[size:])
            return text[:size]
        self._rbuf = StringIO()
        while have < size:
            try:
                data = self._receive(size - have)
            except:
                self._rbuf = buf
                raise
            if not data:
                break
            buf.write(data)
            have += len(data)
        return buf.getvalue()

    def readline(self, size=-1):
        buf = self._start()
        if buf.tell():
            text = buf.getvalue()
            end = text.find('\n') + 1
            if size >= 0 and (not end or end > size):
                end = size if len(text) >= size else 0
            if end or size == 0:
                self._keep(text[end:])
                return text[:end]
        if size == 0:
            return ''
        if self._rbufsize <= 1 and size < 0:
            return self._line_by_bytes(buf)
        self._rbuf = StringIO()
        while True:
            try:
                data = self._receive(self._rbufsize)
            except:
                self._rbuf = buf
                raise
            if not data:
                return buf.getvalue()
            have = buf.tell()
            end = data.find('\n') + 1
            if size >= 0 and have + (end or len(data)) > size:
                end = size - have
            elif size >= 0 and not end and have + len(data) == size:
                end = len(data)
            if end:
                self._keep(data[end:])
                buf.write(data[:end])
                return buf.getvalue()
            buf.write(data)

    def _line_by_bytes(self, buf):
        """A line without reading a byte too many: the next reader is not this object."""
        text = buf.getvalue()
        self._rbuf = StringIO()
        pieces = [text]
        data = None
        while data != '\n':
            try:
                data = self._sock.recv(1)
            except error as e:
                if e.args[0] == EINTR:
                    continue
                self._keep(''.join(pieces))
                raise
            except:
                self._keep(''.join(pieces))
                raise
            if not data:
                break
            pieces.append(data)
        return ''.join(pieces)

    def readlines(self, sizehint=0):
        lines = []
        total = 0
        for line in iter(self.readline, ''):
            lines.append(line)
            total += len(line)
            if sizehint and total >= sizehint:
                break
        return lines

    def __iter__(self):
        return self

    def next(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line


_GLOBAL_DEFAULT_TIMEOUT = object()


def create_connection(address, timeout=_GLOBAL_DEFAULT_TIMEOUT, source_address=None):
    """Connects to address, a pair of host and port, trying all that the name stands for.

    Returns the socket. With source_address (host, port) it is bound to that first.
    """
    host, port = address
    failure = None
    for family, kind, proto, _, sockaddr in getaddrinfo(host, port, 0, SOCK_STREAM):
        sock = None
        try:
            sock = socket(family, kind, proto)
            if timeout is not _GLOBAL_DEFAULT_TIMEOUT:
                sock.settimeout(timeout)
            if source_address:
                sock.bind(source_address)
            sock.connect(sockaddr)
            return sock
        except error as e:
            failure = e
            if sock is not None:
                sock.close()
    if failure is None:
        raise error('getaddrinfo returns an empty list')
    raise failure
