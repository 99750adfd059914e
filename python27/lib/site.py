"""What happens to every Python program before it starts (not with -S).

sys.path: entries become absolute, doubles go, and the site-packages folders come after,
with the folders that the .pth files there name. The builtins quit, exit, copyright, credits,
license and help appear. Then sitecustomize and usercustomize are imported if there are any.
"""
import __builtin__
import os
import sys

PREFIXES = [sys.prefix, sys.exec_prefix]
# None: not decided; False: not wanted (-s, PYTHONNOUSERSITE) or, for setuid programs, not safe.
ENABLE_USER_SITE = None
USER_SITE = None
USER_BASE = None


# ------------------------------------------------------------------ sys.path

def makepath(*paths):
    """(absolute path, its form to compare with)"""
    directory = os.path.join(*paths)
    try:
        directory = os.path.abspath(directory)
    except OSError:
        pass
    return directory, os.path.normcase(directory)


def abs__file__():
    """Makes __file__ of the modules that are imported already absolute."""
    for module in sys.modules.values():
        if hasattr(module, '__loader__'):
            continue
        try:
            module.__file__ = os.path.abspath(module.__file__)
        except (AttributeError, OSError):
            pass


def removeduppaths():
    """Absolute and single entries in sys.path; the set of their forms to compare with."""
    kept, known = [], set()
    for directory in sys.path:
        directory, key = makepath(directory)
        if key not in known:
            kept.append(directory)
            known.add(key)
    sys.path[:] = kept
    return known


def _init_pathinfo():
    known = set()
    for directory in sys.path:
        try:
            if os.path.isdir(directory):
                known.add(makepath(directory)[1])
        except TypeError:
            pass
    return known


def addpackage(sitedir, name, known_paths):
    """Reads the .pth file: a folder a line; a line that begins with import is executed."""
    reset = known_paths is None
    if reset:
        known_paths = _init_pathinfo()
    fullname = os.path.join(sitedir, name)
    try:
        lines = open(fullname, 'rU')
    except IOError:
        return None if reset else known_paths
    with lines:
        for number, line in enumerate(lines):
            if line.startswith('#'):
                continue
            try:
                if line.startswith(('import ', 'import\t')):
                    exec line
                    continue
                directory, key = makepath(sitedir, line.rstrip())
                if key not in known_paths and os.path.exists(directory):
                    sys.path.append(directory)
                    known_paths.add(key)
            except Exception:
                import traceback
                print >> sys.stderr, 'Error processing line {:d} of {}:\n'.format(
                    number + 1, fullname)
                for record in traceback.format_exception(*sys.exc_info()):
                    for text in record.splitlines():
                        print >> sys.stderr, '  ' + text
                print >> sys.stderr, '\nRemainder of file ignored'
                break
    return None if reset else known_paths


def addsitedir(sitedir, known_paths=None):
    """Appends the folder to sys.path and reads its .pth files."""
    reset = known_paths is None
    if reset:
        known_paths = _init_pathinfo()
    sitedir, key = makepath(sitedir)
    if key not in known_paths:
        sys.path.append(sitedir)
    try:
        names = os.listdir(sitedir)
    except os.error:
        return None
    for name in sorted(names):
        if name.endswith('.pth'):
            addpackage(sitedir, name, known_paths)
    return None if reset else known_paths


def check_enableusersite():
    """May the user's site folder be used? None: it would be a security risk."""
    if sys.flags.no_user_site:
        return False
    for real, effective in (('getuid', 'geteuid'), ('getgid', 'getegid')):
        if hasattr(os, real) and getattr(os, real)() != getattr(os, effective)():
            return None
    return True


def getuserbase():
    """The folder of the user's own installation: PYTHONUSERBASE or ~/.local."""
    global USER_BASE
    if USER_BASE is None:
        USER_BASE = os.environ.get('PYTHONUSERBASE') or \
            os.path.expanduser(os.path.join('~', '.local'))
    return USER_BASE


def getusersitepackages():
    """The user's site-packages folder."""
    global USER_SITE
    if USER_SITE is None:
        USER_SITE = os.path.join(getuserbase(), 'lib', 'python' + sys.version[:3],
                                 'site-packages')
    return USER_SITE


def addusersitepackages(known_paths):
    folder = getusersitepackages()
    if ENABLE_USER_SITE and os.path.isdir(folder):
        addsitedir(folder, known_paths)
    return known_paths


def getsitepackages():
    """The site-packages folders of all prefixes, whether they exist or not."""
    folders = []
    for prefix in PREFIXES:
        if not prefix:
            continue
        for folder in (os.path.join(prefix, 'lib', 'python' + sys.version[:3],
                                    'site-packages'),
                       os.path.join(prefix, 'lib', 'site-python')):
            if folder not in folders:
                folders.append(folder)
    return folders


def addsitepackages(known_paths):
    # Our standard library need not be in PREFIX/lib/python2.7: its own folder counts too.
    beside = os.path.join(os.path.dirname(os.path.abspath(os.__file__)), 'site-packages')
    for folder in getsitepackages() + [beside]:
        if os.path.isdir(folder):
            addsitedir(folder, known_paths)
    return known_paths


# ------------------------------------------------------------------ builtins

class Quitter(object):
    """`exit` alone says how to leave; exit() leaves."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return 'Use %s() or %s to exit' % (self.name, 'Ctrl-D (i.e. EOF)')

    def __call__(self, code=None):
        try:
            sys.stdin.close()
        except Exception:
            pass
        raise SystemExit(code)


def setquit():
    __builtin__.quit = Quitter('quit')
    __builtin__.exit = Quitter('exit')


class _Printer(object):
    """Shows its text when it is evaluated at the prompt, page by page when called."""

    MAXLINES = 23

    def __init__(self, name, data, files=(), dirs=()):
        self.__name = name
        self.__data = data
        self.__files = [os.path.join(d, f) for d in dirs for f in files]
        self.__lines = None

    def __setup(self):
        if self.__lines is not None:
            return
        text = None
        for filename in self.__files:
            try:
                with open(filename) as f:
                    text = f.read()
                    break
            except IOError:
                pass
        self.__lines = (text or self.__data).split('\n')
        self.__linecnt = len(self.__lines)

    def __repr__(self):
        self.__setup()
        if len(self.__lines) <= self.MAXLINES:
            return '\n'.join(self.__lines)
        return 'Type %s() to see the full %s text' % (self.__name, self.__name)

    def __call__(self):
        self.__setup()
        prompt = 'Hit Return for more, or q (and Return) to quit: '
        for start in range(0, len(self.__lines), self.MAXLINES):
            if start:
                key = None
                while key not in ('', 'q'):
                    key = raw_input(prompt)
                if key == 'q':
                    return
            print '\n'.join(self.__lines[start:start + self.MAXLINES])


def setcopyright():
    __builtin__.copyright = _Printer('copyright', sys.copyright)
    __builtin__.credits = _Printer(
        'credits', 'The authors of Tracewright, and of the Python libraries that come with it.')
    here = os.path.dirname(os.__file__)
    __builtin__.license = _Printer(
        'license', 'MIT License; the standard library: see http://www.python.org/%.3s/license.html'
        % sys.version, ['LICENSE.txt', 'LICENSE'],
        [os.path.join(here, os.pardir), here, os.curdir])


class _Helper(object):
    """help() is pydoc's, which is loaded when it is first wanted."""

    def __repr__(self):
        return 'Type help() for interactive help, or help(object) for help about object.'

    def __call__(self, *args, **kwds):
        import pydoc
        return pydoc.help(*args, **kwds)


def sethelper():
    __builtin__.help = _Helper()


# ------------------------------------------------------------------ customization

def setencoding():
    """The default encoding stays ASCII; sitecustomize may change it."""
    encoding = 'ascii'
    if encoding != sys.getdefaultencoding():
        sys.setdefaultencoding(encoding)


def _customize(name):
    try:
        __import__(name)
    except ImportError:
        pass
    except Exception:
        if sys.flags.verbose:
            sys.excepthook(*sys.exc_info())
        else:
            print >> sys.stderr, ("'import %s' failed; use -v for traceback" % name)


def execsitecustomize():
    _customize('sitecustomize')


def execusercustomize():
    _customize('usercustomize')


def main():
    global ENABLE_USER_SITE

    abs__file__()
    known = removeduppaths()
    if ENABLE_USER_SITE is None:
        ENABLE_USER_SITE = check_enableusersite()
    known = addusersitepackages(known)
    addsitepackages(known)
    setquit()
    setcopyright()
    sethelper()
    setencoding()
    execsitecustomize()
    if ENABLE_USER_SITE:
        execusercustomize()
    # Changing it later would break what has been computed with it.
    if hasattr(sys, 'setdefaultencoding'):
        del sys.setdefaultencoding


main()


def _script():
    """python -m site [--user-base] [--user-site]"""
    options = sys.argv[1:]
    if not options:
        print 'sys.path = ['
        for directory in sys.path:
            print '    %r,' % (directory,)
        print ']'
        for name, folder in (('USER_BASE', USER_BASE), ('USER_SITE', USER_SITE)):
            there = 'exists' if folder and os.path.isdir(folder) else "doesn't exist"
            print '%s: %r (%s)' % (name, folder, there)
        print 'ENABLE_USER_SITE: %r' % ENABLE_USER_SITE
        sys.exit(0)
    shown = []
    if '--user-base' in options:
        shown.append(USER_BASE)
    if '--user-site' in options:
        shown.append(USER_SITE)
    if not shown:
        print '%s [--user-base] [--user-site]' % sys.argv[0]
        sys.exit(10)
    print os.pathsep.join(shown)
    # 0: in use; 1: not wanted; 2: a security risk.
    sys.exit({True: 0, False: 1, None: 2}[ENABLE_USER_SITE])


if __name__ == '__main__':
    _script()
