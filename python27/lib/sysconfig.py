"""Where things are installed, and how this Python was built."""
import os
import sys

_INSTALL_SCHEMES = {
    'posix_prefix': {
        'stdlib': '{base}/lib/python{py_version_short}',
        'platstdlib': '{platbase}/lib/python{py_version_short}',
        'purelib': '{base}/lib/python{py_version_short}/site-packages',
        'platlib': '{platbase}/lib/python{py_version_short}/site-packages',
        'include': '{base}/include/python{py_version_short}',
        'scripts': '{base}/bin',
        'data': '{base}',
    },
    'posix_home': {
        'stdlib': '{base}/lib/python',
        'platstdlib': '{base}/lib/python',
        'purelib': '{base}/lib/python',
        'platlib': '{base}/lib/python',
        'include': '{base}/include/python',
        'platinclude': '{base}/include/python',
        'scripts': '{base}/bin',
        'data': '{base}',
    },
    'posix_user': {
        'stdlib': '{userbase}/lib/python{py_version_short}',
        'platstdlib': '{userbase}/lib/python{py_version_short}',
        'purelib': '{userbase}/lib/python{py_version_short}/site-packages',
        'platlib': '{userbase}/lib/python{py_version_short}/site-packages',
        'include': '{userbase}/include/python{py_version_short}',
        'scripts': '{userbase}/bin',
        'data': '{userbase}',
    },
}
_SCHEME_KEYS = ('stdlib', 'platstdlib', 'purelib', 'platlib', 'include', 'scripts', 'data')
_PY_VERSION = sys.version.split()[0]
_PY_VERSION_SHORT = sys.version[:3]
_PY_VERSION_SHORT_NO_DOT = _PY_VERSION[0] + _PY_VERSION[2]
_PREFIX = os.path.normpath(sys.prefix)
_EXEC_PREFIX = os.path.normpath(sys.exec_prefix)
_CONFIG_VARS = None
_USER_BASE = None
_PROJECT_BASE = os.path.dirname(os.path.realpath(sys.executable)) if sys.executable \
    else os.getcwd()


def is_python_build():
    """Does it run from where it was built? Its library is then beside the executable."""
    return False


def _subst(text, variables):
    for name, value in variables.items():
        text = text.replace('{%s}' % name, str(value))
    return text


def _extend(target, other):
    for key, value in other.items():
        target.setdefault(key, value)


def _expand_vars(scheme, variables):
    variables = {} if variables is None else dict(variables)
    _extend(variables, get_config_vars())
    return dict((key, os.path.normpath(_subst(path, variables)))
                for key, path in _INSTALL_SCHEMES[scheme].items())


def _get_default_scheme():
    return 'posix_prefix'


def _getuserbase():
    return os.environ.get('PYTHONUSERBASE') or \
        os.path.expanduser(os.path.join('~', '.local'))


# -------------------------------------------------- files of CPython's build

def parse_config_h(fp, vars=None):
    """The definitions of a config.h file, as a dict."""
    import re
    define = re.compile(r'#define ([A-Z][A-Za-z0-9_]+) (.*)\n')
    undef = re.compile(r'/[*] #undef ([A-Z][A-Za-z0-9_]+) [*]/\n')
    if vars is None:
        vars = {}
    for line in iter(fp.readline, ''):
        match = define.match(line)
        if match:
            name, value = match.groups()
            try:
                value = int(value)
            except ValueError:
                pass
            vars[name] = value
        else:
            match = undef.match(line)
            if match:
                vars[match.group(1)] = 0
    return vars


def get_config_h_filename():
    """Path of pyconfig.h."""
    return os.path.join(get_path('include'), 'pyconfig.h')


def get_makefile_filename():
    """Path of the Makefile that CPython would have."""
    return os.path.join(get_path('platstdlib'), 'config', 'Makefile')


# ------------------------------------------------------------------ answers

def get_scheme_names():
    """Names of the ways to install."""
    return tuple(sorted(_INSTALL_SCHEMES))


def get_path_names():
    """Names of the paths of a scheme."""
    return _SCHEME_KEYS


def get_paths(scheme=_get_default_scheme(), vars=None, expand=True):
    """A dict of all paths."""
    return _expand_vars(scheme, vars) if expand else _INSTALL_SCHEMES[scheme]


def get_path(name, scheme=_get_default_scheme(), vars=None, expand=True):
    """One path."""
    return get_paths(scheme, vars, expand)[name]


def get_config_vars(*args):
    """A dict of the build's variables; with arguments, a list of their values."""
    global _CONFIG_VARS
    if _CONFIG_VARS is None:
        _CONFIG_VARS = {
            'prefix': _PREFIX, 'exec_prefix': _EXEC_PREFIX, 'base': _PREFIX,
            'platbase': _EXEC_PREFIX, 'projectbase': _PROJECT_BASE,
            'py_version': _PY_VERSION, 'py_version_short': _PY_VERSION_SHORT,
            'py_version_nodot': _PY_VERSION_SHORT_NO_DOT, 'userbase': _getuserbase(),
            'srcdir': _PROJECT_BASE, 'VERSION': _PY_VERSION_SHORT, 'EXE': '', 'SO': '.so',
            'LIBDIR': os.path.join(_EXEC_PREFIX, 'lib'),
            'BINDIR': os.path.join(_EXEC_PREFIX, 'bin'),
            'LIBDEST': os.path.join(_PREFIX, 'lib', 'python' + _PY_VERSION_SHORT),
            'BINLIBDEST': os.path.join(_EXEC_PREFIX, 'lib', 'python' + _PY_VERSION_SHORT),
            'INCLUDEPY': os.path.join(_PREFIX, 'include', 'python' + _PY_VERSION_SHORT),
            'CC': 'cc', 'CXX': 'c++', 'OPT': '-O2', 'CFLAGS': '-O2', 'CCSHARED': '-fPIC',
            'LDSHARED': 'cc -shared', 'AR': 'ar', 'ARFLAGS': 'rc', 'Py_DEBUG': 0,
            'Py_ENABLE_SHARED': 0, 'WITH_THREAD': 1, 'Py_USING_UNICODE': 1,
            'Py_UNICODE_SIZE': 4, 'HAVE_LARGEFILE_SUPPORT': 0, 'SIZEOF_VOID_P': 8,
        }
    if args:
        return [_CONFIG_VARS.get(name) for name in args]
    return _CONFIG_VARS


def get_config_var(name):
    """One variable of the build, or None."""
    return get_config_vars().get(name)


def get_platform():
    """The system and machine as one word, 'linux-x86_64'."""
    if not hasattr(os, 'uname'):
        return sys.platform
    system, _, _, _, machine = os.uname()
    system = system.lower().replace('/', '')
    machine = machine.replace(' ', '_').replace('/', '-')
    return '%s-%s' % (system, machine)


def get_python_version():
    """'2.7'"""
    return _PY_VERSION_SHORT


def _print_dict(title, data):
    for index, (key, value) in enumerate(sorted(data.items())):
        if index == 0:
            print '%s: ' % title
        print '\t%s = "%s"' % (key, value)


def _main():
    print 'Platform: "%s"' % get_platform()
    print 'Python version: "%s"' % get_python_version()
    print 'Current installation scheme: "%s"' % _get_default_scheme()
    print
    _print_dict('Paths', get_paths())
    print
    _print_dict('Variables', get_config_vars())


if __name__ == '__main__':
    _main()
