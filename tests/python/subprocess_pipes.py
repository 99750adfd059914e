# Starting programs, and talking to them.
import os, signal, socket, subprocess, sys, threading
from subprocess import PIPE, STDOUT, Popen, call, check_call, check_output, list2cmdline

print check_output(['echo', 'a', 'b']), call(['false']), call('exit 7', shell=True), check_call(['true'])
try:
    check_output('echo out; echo err >&2; exit 3', shell=True, stderr=STDOUT)
except subprocess.CalledProcessError as e:
    print e, e.returncode, repr(e.output)
p = Popen(['cat'], stdin=PIPE, stdout=PIPE); print p.communicate('x' * 100000) == ('x' * 100000, None), p.returncode
p = Popen('cat; echo e >&2', shell=True, stdin=PIPE, stdout=PIPE, stderr=PIPE); print p.communicate('in'), p.poll()
p = Popen(['printf', 'a\\r\\nb\\rc'], stdout=PIPE, universal_newlines=True); print repr(p.stdout.read()), p.wait()
try:
    Popen(['/no/such/program'])
except OSError as e:
    print e.errno, e.strerror, hasattr(e, 'child_traceback')
p = Popen(['sleep', '60']); print p.poll(); p.terminate(); print p.wait() == -signal.SIGTERM
p = Popen(['sleep', '60']); p.kill(); print p.wait() == -signal.SIGKILL
print check_output('echo $V; pwd', shell=True, env={'V': 'v'}, cwd='/')
print check_output(['sh', '-c', 'exec 9<&- ; echo $0', 'zero'], close_fds=True), Popen('exit 0', shell=True, preexec_fn=lambda: None).wait()
for words in (['a', 'b c'], ['a"b'], ['a\\'], ['a\\ b\\'], [''], ['a\\"b']):
    print list2cmdline(words)
try:
    Popen(['true'], preexec_fn=lambda: 1 / 0)
except ZeroDivisionError as e:
    print e

a, b = socket.socketpair(); a.sendall('one\ntwo\nthree'); a.close(); f = b.makefile(); print list(f); f.close(); print repr(b.recv(5)); b.close()
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(1)


def serve():
    c, where = s.accept()
    g = c.makefile('r+', 0)
    g.write(g.readline().upper())
    g.close()
    c.close()


th = threading.Thread(target=serve); th.start()
c = socket.create_connection(s.getsockname(), 5); c.sendall('hello\n'); print c.makefile().read(), c.gettimeout(); th.join(); c.close()
s.settimeout(0.01)
try:
    s.accept()
except socket.timeout as e:
    print 'timeout', e
s.close()
try:
    s.send('x')
except socket.error as e:
    print e
print socket.inet_ntoa('\x7f\0\0\1'), repr(socket.inet_aton('1.2.3.4')), socket.htons(1), socket.ntohl(1), socket.getservbyname('http', 'tcp')
