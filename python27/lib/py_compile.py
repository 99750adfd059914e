"""Compiles a source file to byte code: file.pyc, or file.pyo under -O."""
import __builtin__
import imp
import marshal
import os
import sys
import traceback

MAGIC = imp.get_magic()

__all__ = ['compile', 'main', 'PyCompileError']


class PyCompileError(Exception):
    """Carries the exception of a failed compilation and the message to show for it."""

    def __init__(self, exc_type, exc_value, file, msg=''):
        name = exc_type.__name__
        if exc_type is SyntaxError:
            text = ''.join(traceback.format_exception_only(exc_type, exc_value))
            message = text.replace('File "<string>"', 'File "%s"' % file)
        else:
            message = 'Sorry: %s: %s' % (name, exc_value)
        Exception.__init__(self, msg or message, name, exc_value, file)
        self.exc_type_name = name
        self.exc_value = exc_value
        self.file = file
        self.msg = msg or message

    def __str__(self):
        return self.msg


def wr_long(f, x):
    """Writes 32 bits, lowest first."""
    f.write(''.join(chr(x >> shift & 0xff) for shift in (0, 8, 16, 24)))


def compile(file, cfile=None, dfile=None, doraise=False):
    """Compiles file to cfile; errors name dfile and go to stderr unless doraise."""
    with open(file, 'U') as f:
        try:
            stamp = long(os.fstat(f.fileno()).st_mtime)
        except AttributeError:
            stamp = long(os.stat(file).st_mtime)
        source = f.read()
    try:
        code = __builtin__.compile(source, dfile or file, 'exec')
    except Exception as error:
        problem = PyCompileError(error.__class__, error, dfile or file)
        if doraise:
            raise problem
        sys.stderr.write(problem.msg + '\n')
        return
    if cfile is None:
        cfile = file + ('c' if __debug__ else 'o')
    with open(cfile, 'wb') as f:
        # Without the magic number until all is written: nobody takes half a file.
        f.write('\0\0\0\0')
        wr_long(f, stamp)
        marshal.dump(code, f)
        f.flush()
        f.seek(0, 0)
        f.write(MAGIC)


def main(args=None):
    """Compiles the files of the arguments (- : names from stdin); 1 if one failed."""
    args = sys.argv[1:] if args is None else args
    names = (line.rstrip('\n') for line in iter(sys.stdin.readline, '')) \
        if args == ['-'] else args
    status = 0
    for name in names:
        try:
            compile(name, doraise=True)
        except PyCompileError as error:
            status = 1
            sys.stderr.write('%s\n' % error.msg)
        except IOError as error:
            status = 1
            sys.stderr.write('%s\n' % error)
    return status


if __name__ == '__main__':
    sys.exit(main())
