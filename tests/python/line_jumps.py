# f_lineno assigned by a trace function; trace and profile events.
import sys


def run(func, start, target):
    out = []
    first = func.func_code.co_firstlineno
    moved = []

    def trace(frame, event, arg):
        if frame.f_code is not func.func_code:
            return None
        if event == 'line' and frame.f_lineno == first + start and not moved:
            moved.append(1)
            frame.f_lineno = first + target
        return trace
    sys.settrace(trace)
    try:
        func(out)
    except ValueError as e:
        out.append(str(e))
    finally:
        sys.settrace(None)
    print func.__name__, out


def forwards(out):
    out.append(1)
    out.append(2)
    out.append(3)


def out_of_loop(out):
    for i in (1, 2):
        for j in (3, 4):
            out.append((i, j))
    out.append('end')


def out_of_with(out):
    class Context(object):
        def __enter__(self):
            out.append('enter')

        def __exit__(self, *args):
            out.append('exit')
    with Context():
        with Context():
            out.append('inside')
        out.append('between')
    out.append('end')


def in_try(out):
    try:
        out.append(2)
    except KeyError:
        out.append(4)
    finally:
        out.append(6)
    out.append(7)


run(forwards, 1, 3)
run(forwards, 2, 1)
run(out_of_loop, 3, 4)
run(out_of_loop, 4, 3)
run(out_of_with, 9, 10)
run(out_of_with, 9, 11)
run(out_of_with, 7, 9)
run(in_try, 2, 7)
run(in_try, 2, 3)
run(in_try, 7, 2)
run(forwards, 1, 100)
run(forwards, 1, -5)

try:
    sys._getframe().f_lineno = 3
except ValueError as e:
    print e

events = []


def profile(frame, event, arg):
    if frame.f_code.co_name in ('body', 'inner'):
        events.append((frame.f_code.co_name, event, getattr(arg, '__name__', arg)))


def inner():
    return len('abc')


def body():
    inner()
    'x'.upper()
    try:
        int('x')
        [].pop()
    except IndexError:
        pass
    except ValueError:
        pass
    max(1, *(2,))


sys.setprofile(profile)
body()
sys.setprofile(None)
for event in events:
    print event

lines = []


def trace(frame, event, arg):
    lines.append((frame.f_lineno - frame.f_code.co_firstlineno, event))
    return trace


def sample(n):
    while n:
        n -= 1
    return n


sys.settrace(trace)
sample(2)
sys.settrace(None)
print lines
