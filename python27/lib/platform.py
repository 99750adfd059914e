"""What this program runs on: system, release, machine, and which Python it is."""
__version__ = '1.0.7'

import os
import re
import sys

DEV_NULL = '/dev/null'


def _field(text, default=''):
    return default if not text or text == 'unknown' else text


def libc_ver(executable=sys.executable, lib='', version='', chunksize=2048):
    """Which C library an executable was linked against, by names inside the file."""
    name = re.compile(r'(__libc_init)|(GLIBC_([0-9.]+))|(libc(_\w+)?\.so(?:\.(\d[0-9.]*))?)')
    if not executable:
        return lib, version
    with open(os.path.realpath(executable), 'rb') as f:
        data = f.read()
    for init, glibc, glibc_version, so, threads, so_version in name.findall(data):
        if init and not lib:
            lib = 'libc'
        elif glibc:
            if lib != 'glibc':
                lib, version = 'glibc', glibc_version
            elif _numbers(glibc_version) > _numbers(version):
                version = glibc_version
        elif so and lib != 'glibc':
            lib = 'libc'
            if so_version and _numbers(so_version) > _numbers(version):
                version = so_version
            if threads and version[-len(threads):] != threads:
                version += threads
    return lib, version


def _numbers(version):
    return [int(part) for part in version.split('.') if part.isdigit()]


# ---------------------------------------------------------- distributions

_supported_dists = ('SuSE', 'debian', 'fedora', 'redhat', 'centos', 'mandrake', 'mandriva',
                    'rocks', 'slackware', 'yellowdog', 'gentoo', 'UnitedLinux', 'turbolinux',
                    'Ubuntu')
_release_file = re.compile(r'(\w+)[-_](release|version)')
_release_text = re.compile(r'(.+?)\s+release\s+([\d.]+)[^(]*(?:\((.+)\))?')
_release_short = re.compile(r'([^0-9]+)?(?:release\s+)?([\d.]+)[^(]*(?:\((.+)\))?')


def _parse_release_file(line):
    match = _release_text.match(line) or _release_short.match(line)
    if match:
        return tuple(match.groups())
    words = line.strip().split()
    return '', words[0] if words else '', words[1] if len(words) > 1 else ''


def linux_distribution(distname='', version='', id='', supported_dists=_supported_dists,
                       full_distribution_name=1):
    """(name, version, id) of the Linux distribution, from the files that say it in /etc."""
    try:
        names = sorted(os.listdir('/etc'))
    except os.error:
        return distname, version, id
    for file in names:
        match = _release_file.match(file)
        if match and match.group(1) in supported_dists:
            distname = match.group(1)
            break
    else:
        return distname, version, id
    with open('/etc/' + file) as f:
        name, file_version, file_id = _parse_release_file(f.readline().rstrip())
    if name and full_distribution_name:
        distname = name
    return distname, file_version or version, file_id or id


def dist(distname='', version='', id='', supported_dists=_supported_dists):
    """linux_distribution() with the short name."""
    return linux_distribution(distname, version, id, supported_dists, 0)


def popen(cmd, mode='r', bufsize=None):
    """A pipe to or from a command."""
    return os.popen(cmd, mode) if bufsize is None else os.popen(cmd, mode, bufsize)


def win32_ver(release='', version='', csd='', ptype=''):
    """Windows only: gives its arguments back elsewhere."""
    return release, version, csd, ptype


def mac_ver(release='', versioninfo=('', '', ''), machine=''):
    """Mac OS only: gives its arguments back elsewhere."""
    return release, versioninfo, machine


def java_ver(release='', vendor='', vminfo=('', '', ''), osinfo=('', '', '')):
    """Java only: gives its arguments back elsewhere."""
    return release, vendor, vminfo, osinfo


def system_alias(system, release, version):
    """Names as marketing has them, where they differ from those of uname."""
    if system == 'SunOS' and release >= '5':
        parts = release.split('.')
        try:
            parts[0] = str(int(parts[0]) - 3)
        except ValueError:
            pass
        else:
            release = '.'.join(parts)
        system = 'Solaris'
    return system, release, version


# ------------------------------------------------------------------ uname

_uname_cache = None


def uname():
    """(system, node, release, version, machine, processor); '' for what is not known."""
    global _uname_cache
    if _uname_cache is None:
        system, node, release, version, machine = os.uname()
        processor = ''
        pipe = os.popen('uname -p 2> ' + DEV_NULL)
        try:
            processor = pipe.read().strip()
        finally:
            pipe.close()
        _uname_cache = (_field(system), _field(node), _field(release), _field(version),
                        _field(machine), _field(processor))
    return _uname_cache


def system():
    """'Linux', for example."""
    return uname()[0]


def node():
    """The computer's name in the network."""
    return uname()[1]


def release():
    """The system's release."""
    return uname()[2]


def version():
    """The release's version."""
    return uname()[3]


def machine():
    """The machine's type, 'x86_64', for example."""
    return uname()[4]


def processor():
    """The processor's name, often ''."""
    return uname()[5]


def architecture(executable=sys.executable, bits='', linkage=''):
    """(bits, linkage) of an executable: of its header, by default of the interpreter's."""
    if not bits:
        import struct
        bits = str(struct.calcsize('P') * 8) + 'bit'
    if executable:
        try:
            with open(executable, 'rb') as f:
                head = f.read(5)
        except IOError:
            head = ''
        if head[:4] == '\x7fELF':
            linkage = 'ELF'
            bits = '64bit' if head[4] == '\x02' else '32bit'
    return bits, linkage


# ----------------------------------------------------------------- Python

_sys_version_parser = re.compile(r'([\w.+]+)\s*\(#?([^,]+)(?:,\s*([\w ]*)(?:,\s*([\w :]*))?)?\)\s*'
                          r'\[([^\]]+)\]?')
_sys_version_cache = {}


def _sys_version(text=None):
    if text is None:
        text = sys.version
    if text not in _sys_version_cache:
        match = _sys_version_parser.match(text)
        if match is None:
            raise ValueError('failed to parse CPython sys.version: %s' % repr(text))
        number, build, date, time, compiler = match.groups()
        date = ((date or '') + ' ' + (time or '')).strip()
        if len(number.split('.')) == 2:
            number += '.0'
        subversion = getattr(sys, 'subversion', ('CPython', '', ''))
        _sys_version_cache[text] = (subversion[0], number, subversion[1], subversion[2], build, date,
                        compiler)
    return _sys_version_cache[text]


def python_implementation():
    """Which Python this is."""
    return _sys_version()[0]


def python_version():
    """'major.minor.patchlevel'."""
    return _sys_version()[1]


def python_version_tuple():
    """The three parts of python_version(), as strings."""
    return tuple(_sys_version()[1].split('.'))


def python_branch():
    return _sys_version()[2]


def python_revision():
    return _sys_version()[3]


def python_build():
    """(build number, date)."""
    return _sys_version()[4:6]


def python_compiler():
    """What compiled the interpreter."""
    return _sys_version()[6]


# --------------------------------------------------------------- one text

_platform_cache = {}


def platform(aliased=0, terse=0):
    """One readable text that says what this is."""
    key = aliased, terse
    if key in _platform_cache:
        return _platform_cache[key]
    system, node, release, version, machine, processor = uname()
    if aliased:
        system, release, version = system_alias(system, release, version)
    parts = [system, release]
    if system == 'Linux':
        name, dist_version, dist_id = dist('')
        if terse:
            lib, lib_version = libc_ver(sys.executable)
            parts += ['with', lib + lib_version]
        elif name:
            parts += [machine, processor, 'with', name, dist_version, dist_id]
        else:
            lib, lib_version = libc_ver(sys.executable)
            parts += [machine, processor, 'with', lib + lib_version]
    elif not terse:
        bits, linkage = architecture(sys.executable)
        parts += [machine, processor, bits, linkage]
    text = '-'.join(part.strip() for part in parts if part)
    for bad in ' /\\:;"()':
        text = text.replace(bad, '_' if bad == ' ' else '-')
    text = text.replace('unknown', '')
    text = re.sub('-+', '-', text).rstrip('-')
    _platform_cache[key] = text
    return text


if __name__ == '__main__':
    terse = 'terse' in sys.argv or '--terse' in sys.argv
    aliased = 'nonaliased' not in sys.argv and '--nonaliased' not in sys.argv
    print platform(aliased, terse)
    sys.exit(0)
