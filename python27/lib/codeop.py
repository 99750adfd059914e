"""Is what has been typed so far a whole statement, the beginning of one, or an error?

The parser cannot say "more input needed", so the text is compiled three times: as it is, with one
and with two newlines after it. If it fails each time, and the last two fail in the same
way, more input does not help: an error. If they fail differently, the text can go on.
"""
import __future__

__all__ = ['compile_command', 'Compile', 'CommandCompiler']

# Compiler flag: the end of the input does not end open blocks.
PyCF_DONT_IMPLY_DEDENT = 0x200

_features = [getattr(__future__, name) for name in __future__.all_feature_names]


def _only_comments(source):
    for line in source.split('\n'):
        line = line.strip()
        if line and line[0] != '#':
            return False
    return True


def _attempt(compiler, source, filename, symbol):
    try:
        return compiler(source, filename, symbol), None
    except SyntaxError as error:
        return None, error


def _maybe_compile(compiler, source, filename, symbol):
    if _only_comments(source) and symbol != 'eval':
        source = 'pass'
    code, error = _attempt(compiler, source, filename, symbol)
    one, error1 = _attempt(compiler, source + '\n', filename, symbol)
    two, error2 = _attempt(compiler, source + '\n\n', filename, symbol)
    if code is not None:
        return code
    if one is None and repr(error1) == repr(error2):
        raise error1
    return None


def _plain_compile(source, filename, symbol):
    return compile(source, filename, symbol, PyCF_DONT_IMPLY_DEDENT)


def compile_command(source, filename='<input>', symbol='single'):
    """The code of a complete command; None if it is only the beginning of one.

    Raises SyntaxError, ValueError or OverflowError for what cannot become one.
    """
    return _maybe_compile(_plain_compile, source, filename, symbol)


class Compile:
    """compile() that remembers the __future__ statements it has seen."""

    def __init__(self):
        self.flags = PyCF_DONT_IMPLY_DEDENT

    def __call__(self, source, filename, symbol):
        code = compile(source, filename, symbol, self.flags, 1)
        for feature in _features:
            if code.co_flags & feature.compiler_flag:
                self.flags |= feature.compiler_flag
        return code


class CommandCompiler:
    """compile_command() that remembers the __future__ statements it has seen."""

    def __init__(self):
        self.compiler = Compile()

    def __call__(self, source, filename='<input>', symbol='single'):
        return _maybe_compile(self.compiler, source, filename, symbol)
