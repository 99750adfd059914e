# A GNU dbm file: items, iteration by keys, reopening, errors. The expected text was checked by
# hand: CPython is often built without this module.
import os
import shutil
import tempfile

import gdbm


def attempt(f, *args):
    try:
        return f(*args)
    except (KeyError, TypeError, gdbm.error) as e:
        return type(e).__name__, str(e.args[-1])


folder = tempfile.mkdtemp()
name = os.path.join(folder, 'data')
db = gdbm.open(name, 'c')
for i in range(20):
    db['key %d' % i] = str(i * i)
del db['key 3']
db['nul\0key'] = '\0\xff'
print len(db), db['key 4'], repr(db['nul\0key']), 'key 3' in db, db.has_key('key 5')
print sorted(db.keys())[:3], attempt(db.__getitem__, 'key 3'), attempt(db.__delitem__, 'key 3')
print attempt(db.__setitem__, 1, 'x'), attempt(db.__setitem__, 'x', 1)
seen, key = 0, db.firstkey()
while key is not None:
    seen, key = seen + 1, db.nextkey(key)
print seen, db.reorganize(), db.sync(), db.close()
print attempt(len, db), attempt(db.keys)
db = gdbm.open(name)
print len(db), db['key 19'], attempt(db.__setitem__, 'key 1', 'x')[0]
db.close()
print attempt(gdbm.open, name, 'q'), attempt(gdbm.open, name, 'r?')
print attempt(gdbm.open, os.path.join(folder, 'missing'))[1], gdbm.open_flags
shutil.rmtree(folder)
