"""How this Python was built and where its parts lie, for building extensions."""
__revision__ = '$Id$'

import os
import re
import sys

from distutils.errors import DistutilsPlatformError

PREFIX = os.path.normpath(sys.prefix)
EXEC_PREFIX = os.path.normpath(sys.exec_prefix)
project_base = os.path.dirname(os.path.abspath(sys.executable))
python_build = False


def get_python_version():
    """'2.7'"""
    return sys.version[:3]


def get_python_inc(plat_specific=0, prefix=None):
    """The folder of the header files."""
    if prefix is None:
        prefix = EXEC_PREFIX if plat_specific else PREFIX
    return os.path.join(prefix, 'include', 'python' + get_python_version())


def get_python_lib(plat_specific=0, standard_lib=0, prefix=None):
    """The folder of the library, or of what is added to it (site-packages)."""
    if prefix is None:
        prefix = EXEC_PREFIX if plat_specific else PREFIX
    library = os.path.join(prefix, 'lib', 'python' + get_python_version())
    return library if standard_lib else os.path.join(library, 'site-packages')


def customize_compiler(compiler):
    """Sets the commands of a Unix compiler: those of the build, or of the environment."""
    if compiler.compiler_type != 'unix':
        return
    cc, cxx, opt, cflags, ccshared, ldshared, suffix, ar, ar_flags = get_config_vars(
        'CC', 'CXX', 'OPT', 'CFLAGS', 'CCSHARED', 'LDSHARED', 'SO', 'AR', 'ARFLAGS')
    environ = os.environ
    if 'CC' in environ:
        new = environ['CC']
        if 'LDSHARED' not in environ and ldshared.startswith(cc):
            ldshared = new + ldshared[len(cc):]
        cc = new
    cxx = environ.get('CXX', cxx)
    ldshared = environ.get('LDSHARED', ldshared)
    cpp = environ.get('CPP', cc + ' -E')
    if 'LDFLAGS' in environ:
        ldshared += ' ' + environ['LDFLAGS']
    if 'CFLAGS' in environ:
        cflags = opt + ' ' + environ['CFLAGS']
        ldshared += ' ' + environ['CFLAGS']
    if 'CPPFLAGS' in environ:
        flags = ' ' + environ['CPPFLAGS']
        cpp += flags
        cflags += flags
        ldshared += flags
    ar = environ.get('AR', ar)
    archiver = ar + ' ' + environ.get('ARFLAGS', ar_flags)
    cc_cmd = cc + ' ' + cflags
    compiler.set_executables(preprocessor=cpp, compiler=cc_cmd,
                             compiler_so=cc_cmd + ' ' + ccshared, compiler_cxx=cxx,
                             linker_so=ldshared, linker_exe=cc, archiver=archiver)
    compiler.shared_lib_extension = suffix


def get_config_h_filename():
    """Path of pyconfig.h."""
    return os.path.join(get_python_inc(plat_specific=1), 'pyconfig.h')


def get_makefile_filename():
    """Path of the Makefile that CPython would have."""
    return os.path.join(get_python_lib(plat_specific=1, standard_lib=1), 'config', 'Makefile')


def parse_config_h(fp, g=None):
    """The definitions of a config.h file, as a dict."""
    import sysconfig
    return sysconfig.parse_config_h(fp, g)


_variable = re.compile(r'([a-zA-Z][a-zA-Z0-9_]+)\s*=\s*(.*)')
_reference = re.compile(r'\$(?:\(([A-Za-z][A-Za-z0-9_]*)\)|\{([A-Za-z][A-Za-z0-9_]*)\})')


def parse_makefile(fn, g=None):
    """The variables of a Makefile, references to others filled in."""
    from distutils.text_file import TextFile
    fp = TextFile(fn, strip_comments=1, skip_blanks=1, join_lines=1)
    raw = {}
    for line in iter(fp.readline, None):
        match = _variable.match(line)
        if match:
            raw[match.group(1)] = match.group(2).strip()
    fp.close()
    done = {}

    def value_of(name, seen):
        if name in done:
            return str(done[name])
        if name in seen or name not in raw:
            return os.environ.get(name, '')
        return expand(raw[name], seen | set([name]))

    def expand(text, seen):
        text = text.replace('$$', '\0')
        text = _reference.sub(lambda m: value_of(m.group(1) or m.group(2), seen), text)
        return text.replace('\0', '$')

    for name, text in raw.items():
        text = expand(text, frozenset([name]))
        try:
            done[name] = int(text) if '$' not in raw[name] else text.strip()
        except ValueError:
            done[name] = text.strip()
    if g is None:
        g = {}
    g.update(done)
    return g


def expand_makefile_vars(s, vars):
    """s with $(NAME) and ${NAME} replaced from a dict."""
    while True:
        match = _reference.search(s)
        if not match:
            return s
        name = match.group(1) or match.group(2)
        s = s[:match.start()] + str(vars.get(name)) + s[match.end():]


_config_vars = None


def get_config_vars(*args):
    """A dict of the build's variables; with arguments, a list of their values."""
    global _config_vars
    if _config_vars is None:
        import sysconfig
        _config_vars = dict(sysconfig.get_config_vars())
        _config_vars['prefix'] = PREFIX
        _config_vars['exec_prefix'] = EXEC_PREFIX
    if args:
        return [_config_vars.get(name) for name in args]
    return _config_vars


def get_config_var(name):
    """One variable of the build, or None."""
    return get_config_vars().get(name)
