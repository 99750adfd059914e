# Anonymous and file maps: position, slices, searching, access, errors.
import mmap
import os
import tempfile


def attempt(f, *args, **kw):
    try:
        return f(*args, **kw)
    except (ValueError, TypeError, IndexError, OverflowError, mmap.error) as e:
        return type(e).__name__, str(e)


handle, name = tempfile.mkstemp()
os.write(handle, 'first line\nsecond line\n' + '\0' * 41)
m = mmap.mmap(handle, 0)
print len(m), m.size(), repr(m.readline()), m.tell(), repr(m.read(6)), repr(m.read_byte())
m.seek(-3, 2)
print m.tell(), attempt(m.seek, 4, 2), attempt(m.seek, -1), attempt(m.seek, 0, 9)
m.seek(0)
print m.find('line'), m.find('line', 7), m.find('line', -60, 20), m.rfind('line'), m.find(''), m.find('x')
m[0] = 'F'
m[1:5:2] = 'IS'
print repr(m[:11]), repr(m[4::-1]), repr(m[-1]), repr(m[50:60])
print attempt(m.__setitem__, slice(0, 3), 'toolong'), attempt(m.__setitem__, 0, 'ab')
print attempt(m.__getitem__, 64), attempt(m.__getitem__, 'a'), attempt(m.__delitem__, 0)
m.move(20, 0, 5)
m.seek(30)
m.write('written')
m.write_byte('!')
print m.tell(), attempt(m.write, 'x' * 64), attempt(m.move, 60, 0, 9), m.flush(), attempt(m.flush, 1, 999)
os.lseek(handle, 0, 0)
print repr(os.read(handle, 40))

readonly = mmap.mmap(handle, 0, access=mmap.ACCESS_READ)
print repr(readonly[:3]), attempt(readonly.__setitem__, 0, 'x'), attempt(readonly.resize, 10)
copied = mmap.mmap(handle, 16, access=mmap.ACCESS_COPY)
copied[:4] = 'copy'
print repr(copied[:6]), repr(m[:4])
m.resize(128)
print len(m), m.size(), os.fstat(handle).st_size
m.close()
print attempt(m.read, 1), attempt(len, m)
print attempt(mmap.mmap, handle, 4096), attempt(mmap.mmap, handle, -1), attempt(mmap.mmap, 999, 10)
print attempt(mmap.mmap, handle, 0, access=9), attempt(mmap.mmap, handle, 0, flags=2, access=1)
os.close(handle)
os.unlink(name)
anonymous = mmap.mmap(-1, 5)
anonymous[:] = 'abcde'
print list(anonymous), 'c' in anonymous, str(buffer(anonymous, 1, 3))
