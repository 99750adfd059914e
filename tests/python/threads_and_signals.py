# Threads under the interpreter's lock, locks, thread-local data, signals, fork, exit.
import os
import signal
import sys
import thread
import threading
import time

done = []


def work(n):
    total = 0
    for i in xrange(20000):
        total += i * n
    done.append((n, total))


threads = [threading.Thread(target=work, args=(n,)) for n in range(100)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print len(done), sorted(done)[:3], sorted(done)[-1]

lock = thread.allocate_lock()
print lock.acquire(), lock.acquire(0), lock.locked()
lock.release()
try:
    lock.release()
except thread.error, e:
    print 'thread.error', e
with lock:
    print lock.locked()


class Local(threading.local):
    def __init__(self, start):
        self.value = start


local = Local(5)
local.value = 6


def look():
    print local.value, local.__dict__
    local.value = 7


t = threading.Thread(target=look)
t.start()
t.join()
print local.value

# A counter under a lock counts right.
count = 0


def add():
    global count
    for i in range(500):
        with lock:
            count += 1


threads = [threading.Thread(target=add) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
print count

heard = []
old = signal.signal(signal.SIGUSR1, lambda number, frame: heard.append((number, frame is not None)))
print old == signal.SIG_DFL, signal.getsignal(signal.SIGINT) is signal.default_int_handler
os.kill(os.getpid(), signal.SIGUSR1)
while not heard:
    pass
print heard == [(signal.SIGUSR1, True)]

# In the main thread, whoever got it.
who = []
signal.signal(signal.SIGALRM, lambda *a: who.append(thread.get_ident()))
stop = []


def spin():
    while not stop:
        pass


t = threading.Thread(target=spin)
t.start()
signal.setitimer(signal.ITIMER_REAL, 0.02)
start = time.time()
while not who and time.time() - start < 20:
    time.sleep(0.01)
stop.append(1)
t.join()
print who == [thread.get_ident()]

try:
    os.kill(os.getpid(), signal.SIGINT)
    while True:
        pass
except KeyboardInterrupt:
    print 'KeyboardInterrupt'


def deep(n):
    return deep(n - 1) + deep(n - 1) if n else 1


signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    deep(200)
except KeyboardInterrupt:
    print 'and in recursion'
for bad in (lambda: signal.signal(0, signal.SIG_IGN), lambda: signal.signal(signal.SIGINT, 5),
            lambda: signal.signal(signal.SIGKILL, signal.SIG_IGN)):
    try:
        bad()
    except Exception, e:
        print type(e).__name__, e

if os.fork() == 0:
    t = threading.Thread(target=lambda: os._exit(3))
    t.start()
    t.join()
    os._exit(4)
print os.WEXITSTATUS(os.wait()[1])


def late():
    time.sleep(0.05)
    print 'the program waits for its threads'


threading.Thread(target=late).start()
sys.exitfunc = lambda: sys.stdout.write('exit\n')
