"""What live objects are made of: members, source, arguments, frames.

    is...()                     of what kind an object is
    getmembers, classify_class_attrs, getclasstree, getmro
    getdoc, getcomments, getfile, getsourcefile, getmodule, getsource, getsourcelines
    getargspec, getargvalues, formatargspec, formatargvalues, getcallargs
    currentframe, stack, trace, getframeinfo, getouterframes, getinnerframes
"""
import dis
import imp
import linecache
import os
import re
import string
import sys
import tokenize
import types
from collections import namedtuple
from operator import attrgetter

# Flags of code objects.
CO_OPTIMIZED, CO_NEWLOCALS, CO_VARARGS, CO_VARKEYWORDS = 0x1, 0x2, 0x4, 0x8
CO_NESTED, CO_GENERATOR, CO_NOFREE = 0x10, 0x20, 0x40
TPFLAGS_IS_ABSTRACT = 1 << 20


# ------------------------------------------------------------------- kinds

def ismodule(object):
    """Is it a module?"""
    return isinstance(object, types.ModuleType)


def isclass(object):
    """Is it a class, old or new?"""
    return isinstance(object, (type, types.ClassType))


def ismethod(object):
    """Is it a method, bound or not?"""
    return isinstance(object, types.MethodType)


def ismethoddescriptor(object):
    """Has it __get__ but not __set__, and is no method, function or class?"""
    return (hasattr(object, '__get__') and not hasattr(object, '__set__') and
            not ismethod(object) and not isfunction(object) and not isclass(object))


def isdatadescriptor(object):
    """Has it __get__ and __set__?"""
    return hasattr(object, '__set__') and hasattr(object, '__get__')


def ismemberdescriptor(object):
    """Is it a descriptor of a field of a type written in C, or of a slot?"""
    return isinstance(object, types.MemberDescriptorType)


def isgetsetdescriptor(object):
    """Is it a descriptor with C functions for getting and setting?"""
    return isinstance(object, types.GetSetDescriptorType)


def isfunction(object):
    """Is it a function written in Python?"""
    return isinstance(object, types.FunctionType)


def isgeneratorfunction(object):
    """Is it a function with yield?"""
    return bool((isfunction(object) or ismethod(object)) and
                object.func_code.co_flags & CO_GENERATOR)


def isgenerator(object):
    """Is it a generator?"""
    return isinstance(object, types.GeneratorType)


def istraceback(object):
    """Is it a traceback?"""
    return isinstance(object, types.TracebackType)


def isframe(object):
    """Is it a frame?"""
    return isinstance(object, types.FrameType)


def iscode(object):
    """Is it a code object?"""
    return isinstance(object, types.CodeType)


def isbuiltin(object):
    """Is it a built-in function or a bound built-in method?"""
    return isinstance(object, types.BuiltinFunctionType)


def isroutine(object):
    """Is it a function or method of any kind?"""
    return (isbuiltin(object) or isfunction(object) or ismethod(object) or
            ismethoddescriptor(object))


def isabstract(object):
    """Is it a class with abstract methods left?"""
    return bool(isinstance(object, type) and object.__flags__ & TPFLAGS_IS_ABSTRACT)


# ----------------------------------------------------------------- members

def getmembers(object, predicate=None):
    """Sorted pairs of name and value of all members, of those that predicate accepts."""
    found = []
    for name in dir(object):
        try:
            value = getattr(object, name)
        except AttributeError:
            continue
        if predicate is None or predicate(value):
            found.append((name, value))
    found.sort()
    return found


Attribute = namedtuple('Attribute', 'name kind defining_class object')


def classify_class_attrs(cls):
    """An Attribute for each name in dir(cls). The kind is 'class method', 'static method',
    'property', 'method' or 'data'; the object is what lies in the class's __dict__."""
    mro = getmro(cls)
    result = []
    for name in dir(cls):
        home = None
        for base in mro:
            if name in base.__dict__:
                home = base
                break
        # What lies in a __dict__ is not asked through __get__: that may run code.
        raw = home.__dict__[name] if home is not None else getattr(cls, name)
        home = getattr(raw, '__objclass__', home)
        bound = raw if isdatadescriptor(raw) else getattr(cls, name, raw)
        if isinstance(raw, staticmethod):
            kind = 'static method'
        elif isinstance(raw, classmethod):
            kind = 'class method'
        elif isinstance(raw, property):
            kind = 'property'
        elif ismethod(bound) or ismethoddescriptor(bound):
            kind = 'method'
        else:
            kind = 'data'
        result.append(Attribute(name, kind, home, raw))
    return result


def _add_bases(cls, out):
    if cls not in out:
        out.append(cls)
        for base in cls.__bases__:
            _add_bases(base, out)


def getmro(cls):
    """The classes where attributes of cls are looked for, in order."""
    if hasattr(cls, '__mro__'):
        return cls.__mro__
    out = []
    _add_bases(cls, out)
    return tuple(out)


# ----------------------------------------------------------------- texts

def indentsize(line):
    """Columns of white space at the front."""
    line = string.expandtabs(line)
    return len(line) - len(string.lstrip(line))


def getdoc(object):
    """The doc string with its common indentation taken off, or None."""
    try:
        doc = object.__doc__
    except AttributeError:
        return None
    if not isinstance(doc, types.StringTypes):
        return None
    return cleandoc(doc)


def cleandoc(doc):
    """A doc string without the indentation of the lines after the first one, and without
    empty lines at both ends."""
    try:
        lines = string.split(string.expandtabs(doc), '\n')
    except UnicodeError:
        return None
    margins = [len(line) - len(line.lstrip()) for line in lines[1:] if line.lstrip()]
    if lines:
        lines[0] = lines[0].lstrip()
    if margins:
        margin = min(margins)
        lines[1:] = [line[margin:] for line in lines[1:]]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return string.join(lines, '\n')


# ----------------------------------------------------------------- files

def getfile(object):
    """The file, source or compiled, that an object comes from."""
    if ismodule(object):
        if hasattr(object, '__file__'):
            return object.__file__
        raise TypeError('{!r} is a built-in module'.format(object))
    if isclass(object):
        module = sys.modules.get(object.__module__)
        if hasattr(module, '__file__'):
            return module.__file__
        raise TypeError('{!r} is a built-in class'.format(object))
    if ismethod(object):
        object = object.im_func
    if isfunction(object):
        object = object.func_code
    if istraceback(object):
        object = object.tb_frame
    if isframe(object):
        object = object.f_code
    if iscode(object):
        return object.co_filename
    raise TypeError('{!r} is not a module, class, method, function, traceback, frame, '
                    'or code object'.format(object))


ModuleInfo = namedtuple('ModuleInfo', 'name suffix mode module_type')


def getmoduleinfo(path):
    """What a file name says about a module: a ModuleInfo, or None when it is none's."""
    base = os.path.basename(path)
    by_length = sorted(imp.get_suffixes(), key=lambda entry: -len(entry[0]))
    for suffix, mode, kind in by_length:
        if base[-len(suffix):] == suffix:
            return ModuleInfo(base[:-len(suffix)], suffix, mode, kind)


def getmodulename(path):
    """The module's name in a file name, or None."""
    info = getmoduleinfo(path)
    return info[0] if info else None


def getsourcefile(object):
    """The source file of an object, if it is there; else None."""
    name = getfile(object)
    if string.lower(name[-4:]) in ('.pyc', '.pyo'):
        name = name[:-4] + '.py'
    for suffix, mode, kind in imp.get_suffixes():
        if 'b' in mode and string.lower(name[-len(suffix):]) == suffix:
            return None
    if os.path.exists(name):
        return name
    if hasattr(getmodule(object, name), '__loader__'):
        return name
    if name in linecache.cache:
        return name


def getabsfile(object, _filename=None):
    """The absolute, normalized name of the source file, or else of the file."""
    if _filename is None:
        _filename = getsourcefile(object) or getfile(object)
    return os.path.normcase(os.path.abspath(_filename))


modulesbyfile = {}
_filesbymodname = {}


def getmodule(object, _filename=None):
    """The module that an object was defined in, or None."""
    if ismodule(object):
        return object
    if hasattr(object, '__module__'):
        return sys.modules.get(object.__module__)
    if _filename is not None and _filename in modulesbyfile:
        return sys.modules.get(modulesbyfile[_filename])
    try:
        file = getabsfile(object, _filename)
    except TypeError:
        return None
    if file in modulesbyfile:
        return sys.modules.get(modulesbyfile[file])
    for name, module in sys.modules.items():
        if ismodule(module) and hasattr(module, '__file__'):
            where = module.__file__
            if where == _filesbymodname.get(name):
                continue
            _filesbymodname[name] = where
            where = getabsfile(module)
            modulesbyfile[where] = modulesbyfile[os.path.realpath(where)] = module.__name__
    if file in modulesbyfile:
        return sys.modules.get(modulesbyfile[file])
    if not hasattr(object, '__name__'):
        return None
    for name in ('__main__', '__builtin__'):
        module = sys.modules[name]
        if getattr(module, object.__name__, None) is object:
            return module


# ----------------------------------------------------------------- source

def findsource(object):
    """All lines of the object's file, and the index of its first one. IOError when the
    source is not there."""
    file = getfile(object)
    source = getsourcefile(object)
    if not source and file[:1] + file[-1:] != '<>':
        raise IOError('source code not available')
    file = source or file
    module = getmodule(object, file)
    lines = linecache.getlines(file, module.__dict__) if module else linecache.getlines(file)
    if not lines:
        raise IOError('could not get source code')
    if ismodule(object):
        return lines, 0
    if isclass(object):
        return lines, _find_class(lines, object.__name__)
    if ismethod(object):
        object = object.im_func
    if isfunction(object):
        object = object.func_code
    if istraceback(object):
        object = object.tb_frame
    if isframe(object):
        object = object.f_code
    if iscode(object):
        if not hasattr(object, 'co_firstlineno'):
            raise IOError('could not find function definition')
        start = re.compile(r'^(\s*def\s)|(.*(?<!\w)lambda(:|\s))|^(\s*@)')
        number = min(object.co_firstlineno, len(lines)) - 1
        while number > 0 and not start.match(lines[number]):
            number -= 1
        return lines, number
    raise IOError('could not find code object')


def _find_class(lines, name):
    """The line of the class statement; the least indented one where there are several."""
    statement = re.compile(r'^(\s*)class\s*' + name + r'\b')
    found = []
    for number, line in enumerate(lines):
        match = statement.match(line)
        if match:
            if line[0] == 'c':
                return number
            found.append((match.group(1), number))
    if not found:
        raise IOError('could not find class definition')
    return min(found)[1]


def getcomments(object):
    """The comment lines right before an object's source, or at a module's top; or None."""
    try:
        lines, number = findsource(object)
    except (IOError, TypeError):
        return None
    if ismodule(object):
        start = 1 if lines and lines[0][:2] == '#!' else 0
        while start < len(lines) and string.strip(lines[start]) in ('', '#'):
            start += 1
        if start < len(lines) and lines[start][:1] == '#':
            comments = []
            while start < len(lines) and lines[start][:1] == '#':
                comments.append(string.expandtabs(lines[start]))
                start += 1
            return string.join(comments, '')
        return None
    indent = indentsize(lines[number])
    comments = []
    while number > 0:
        number -= 1
        text = string.lstrip(string.expandtabs(lines[number]))
        if text[:1] != '#' or indentsize(lines[number]) != indent:
            break
        comments.insert(0, text)
    while comments and string.strip(comments[0]) == '#':
        comments.pop(0)
    while comments and string.strip(comments[-1]) == '#':
        comments.pop()
    return string.join(comments, '') if comments else None


class EndOfBlock(Exception):
    pass


class BlockFinder:
    """Takes tokens until the block that begins with the first line is over; `last` is the
    number of its last line."""

    def __init__(self):
        self.indent = 0
        self.islambda = False
        self.started = False
        self.passline = False
        self.last = 1

    def tokeneater(self, type, token, start, end, line):
        if not self.started:
            if token in ('def', 'class', 'lambda'):
                self.islambda = token == 'lambda'
                self.started = True
            self.passline = True  # the rest of the header
        elif type == tokenize.NEWLINE:
            self.passline = False
            self.last = start[0]
            if self.islambda:
                raise EndOfBlock
        elif self.passline:
            pass
        elif type == tokenize.INDENT:
            self.indent += 1
            self.passline = True
        elif type == tokenize.DEDENT:
            self.indent -= 1
            if self.indent <= 0:
                raise EndOfBlock
        elif self.indent == 0 and type not in (tokenize.COMMENT, tokenize.NL):
            raise EndOfBlock


def getblock(lines):
    """The lines of the block at the front of lines."""
    finder = BlockFinder()
    try:
        tokenize.tokenize(iter(lines).next, finder.tokeneater)
    except (EndOfBlock, IndentationError):
        pass
    return lines[:finder.last]


def getsourcelines(object):
    """The lines of an object's source, and the number of the first (0 for a module)."""
    lines, number = findsource(object)
    if istraceback(object):
        object = object.tb_frame
    if ismodule(object) or (isframe(object) and object.f_code.co_name == '<module>'):
        return lines, 0
    return getblock(lines[number:]), number + 1


def getsource(object):
    """The source text of an object."""
    return string.join(getsourcelines(object)[0], '')


# ------------------------------------------------------------- class trees

def walktree(classes, children, parent):
    results = []
    classes.sort(key=attrgetter('__module__', '__name__'))
    for cls in classes:
        results.append((cls, cls.__bases__))
        if cls in children:
            results.append(walktree(children[cls], children, cls))
    return results


def getclasstree(classes, unique=0):
    """Classes as nested lists: after each (class, bases) the list of its children. A class
    with several bases appears under each, unless unique."""
    children = {}
    roots = []
    for cls in classes:
        if not cls.__bases__:
            if cls not in roots:
                roots.append(cls)
            continue
        for parent in cls.__bases__:
            below = children.setdefault(parent, [])
            if cls not in below:
                below.append(cls)
            if unique and parent in classes:
                break
    for parent in children:
        if parent not in classes:
            roots.append(parent)
    return walktree(roots, children, None)


# -------------------------------------------------------------- arguments

Arguments = namedtuple('Arguments', 'args varargs keywords')


def _tuple_arguments(co):
    """Names inside the tuple parameters of a code object, by position: the code begins with
    unpacking them."""
    code = [ord(c) for c in co.co_code]
    found = {}
    at = 0

    def fetch(at):
        op = code[at]
        wide = op >= dis.HAVE_ARGUMENT
        value = code[at + 1] | code[at + 2] << 8 if wide else None
        return dis.opname[op], value, at + (3 if wide else 1)

    def store(name, value):
        return co.co_varnames[value] if name == 'STORE_FAST' else co.co_cellvars[value]

    for position, name in enumerate(co.co_varnames[:co.co_argcount]):
        if name[:1] not in ('', '.'):
            continue
        # LOAD_FAST position, UNPACK_SEQUENCE n or a single STORE
        while at < len(code):
            op, value, at = fetch(at)
            if op == 'LOAD_FAST' and value == position:
                break
        open_lists = []
        result = None
        while result is None and at < len(code):
            op, value, at = fetch(at)
            if op == 'UNPACK_SEQUENCE':
                open_lists.append(([], value))
                continue
            item = store(op, value)
            if not open_lists:
                result = [item]
                break
            open_lists[-1][0].append(item)
            while open_lists and len(open_lists[-1][0]) == open_lists[-1][1]:
                done = open_lists.pop()[0]
                if open_lists:
                    open_lists[-1][0].append(done)
                else:
                    result = done
        found[position] = result
    return found


def getargs(co):
    """The parameters of a code object: (args, varargs, varkw); a tuple parameter is a list."""
    if not iscode(co):
        raise TypeError('{!r} is not a code object'.format(co))
    count = co.co_argcount
    args = list(co.co_varnames[:count])
    if any(name[:1] in ('', '.') for name in args):
        for position, names in _tuple_arguments(co).items():
            args[position] = names
    varargs = varkw = None
    if co.co_flags & CO_VARARGS:
        varargs = co.co_varnames[count]
        count += 1
    if co.co_flags & CO_VARKEYWORDS:
        varkw = co.co_varnames[count]
    return Arguments(args, varargs, varkw)


ArgSpec = namedtuple('ArgSpec', 'args varargs keywords defaults')


def getargspec(func):
    """The parameters of a function or method, and the defaults of the last ones (or None)."""
    if ismethod(func):
        func = func.im_func
    if not isfunction(func):
        raise TypeError('{!r} is not a Python function'.format(func))
    args, varargs, varkw = getargs(func.func_code)
    return ArgSpec(args, varargs, varkw, func.func_defaults)


ArgInfo = namedtuple('ArgInfo', 'args varargs keywords locals')


def getargvalues(frame):
    """The parameters of a frame's function, and its locals."""
    args, varargs, varkw = getargs(frame.f_code)
    return ArgInfo(args, varargs, varkw, frame.f_locals)


def joinseq(seq):
    if len(seq) == 1:
        return '(' + seq[0] + ',)'
    return '(' + string.join(seq, ', ') + ')'


def strseq(object, convert, join=joinseq):
    """Nested lists of names as text, each name through convert."""
    if type(object) in (list, tuple):
        return join([strseq(item, convert, join) for item in object])
    return convert(object)


def formatargspec(args, varargs=None, varkw=None, defaults=None,
                  formatarg=str, formatvarargs=lambda name: '*' + name,
                  formatvarkw=lambda name: '**' + name,
                  formatvalue=lambda value: '=' + repr(value), join=joinseq):
    """The four values of getargspec as they look in a def statement."""
    specs = []
    first_default = len(args) - len(defaults) if defaults else len(args)
    for i, arg in enumerate(args):
        spec = strseq(arg, formatarg, join)
        if i >= first_default:
            spec += formatvalue(defaults[i - first_default])
        specs.append(spec)
    if varargs is not None:
        specs.append(formatvarargs(varargs))
    if varkw is not None:
        specs.append(formatvarkw(varkw))
    return '(' + string.join(specs, ', ') + ')'


def formatargvalues(args, varargs, varkw, locals,
                    formatarg=str, formatvarargs=lambda name: '*' + name,
                    formatvarkw=lambda name: '**' + name,
                    formatvalue=lambda value: '=' + repr(value), join=joinseq):
    """The four values of getargvalues as they would look in a call."""
    def convert(name):
        return formatarg(name) + formatvalue(locals[name])
    specs = [strseq(arg, convert, join) for arg in args]
    if varargs:
        specs.append(formatvarargs(varargs) + formatvalue(locals[varargs]))
    if varkw:
        specs.append(formatvarkw(varkw) + formatvalue(locals[varkw]))
    return '(' + string.join(specs, ', ') + ')'


def getcallargs(func, *positional, **named):
    """What each parameter gets in func(*positional, **named); TypeError as the call would."""
    args, varargs, varkw, defaults = getargspec(func)
    f_name = func.__name__
    values = {}
    unassigned = {}

    def assign(arg, value):
        if isinstance(arg, str):
            values[arg] = value
            return
        unassigned[id(arg)] = False
        value = iter(value)
        for i, part in enumerate(arg):
            try:
                item = next(value)
            except StopIteration:
                raise ValueError('need more than %d %s to unpack' %
                                 (i, 'values' if i > 1 else 'value'))
            assign(part, item)
        try:
            next(value)
        except StopIteration:
            return
        raise ValueError('too many values to unpack')

    def is_assigned(arg):
        if isinstance(arg, str):
            return arg in values
        return unassigned.get(id(arg)) is False

    if ismethod(func) and func.im_self is not None:
        positional = (func.im_self,) + positional
    given = len(positional)
    total = given + len(named)
    count = len(args)
    ndefaults = len(defaults) if defaults else 0
    for arg, value in zip(args, positional):
        assign(arg, value)
    if varargs:
        values[varargs] = positional[-(given - count):] if given > count else ()
    elif not count and given:
        raise TypeError('%s() takes no arguments (%d given)' % (f_name, total))
    elif 0 < count < given:
        raise TypeError('%s() takes %s %d %s (%d given)' %
                        (f_name, 'at most' if defaults else 'exactly', count,
                         'arguments' if count > 1 else 'argument', total))
    elif not count and total and not varkw:
        raise TypeError('%s() takes no arguments (%d given)' % (f_name, total))
    for arg in args:
        if isinstance(arg, str) and arg in named:
            if is_assigned(arg):
                raise TypeError("%s() got multiple values for keyword argument '%s'" %
                                (f_name, arg))
            assign(arg, named.pop(arg))
    if defaults:
        for arg, value in zip(args[-ndefaults:], defaults):
            if not is_assigned(arg):
                assign(arg, value)
    if varkw:
        values[varkw] = named
    elif named:
        unexpected = next(iter(named))
        if isinstance(unexpected, unicode):
            unexpected = unexpected.encode(sys.getdefaultencoding(), 'replace')
        raise TypeError("%s() got an unexpected keyword argument '%s'" %
                        (f_name, unexpected))
    missing = count - len([arg for arg in args if is_assigned(arg)])
    if missing:
        required = count - ndefaults
        raise TypeError('%s() takes %s %d %s (%d given)' %
                        (f_name, 'at least' if varargs or defaults else 'exactly', required,
                         'arguments' if required > 1 else 'argument', total))
    return values


# ----------------------------------------------------------------- frames

Traceback = namedtuple('Traceback', 'filename lineno function code_context index')


def getframeinfo(frame, context=1):
    """Where a frame or traceback stands: file, line, function, `context` lines of source
    around it (or None) and which of them is the line."""
    if istraceback(frame):
        lineno = frame.tb_lineno
        frame = frame.tb_frame
    else:
        lineno = frame.f_lineno
    if not isframe(frame):
        raise TypeError('{!r} is not a frame or traceback object'.format(frame))
    filename = getsourcefile(frame) or getfile(frame)
    lines = index = None
    if context > 0:
        start = lineno - 1 - context // 2
        try:
            lines, _ = findsource(frame)
        except IOError:
            pass
        else:
            start = max(0, min(max(start, 1), len(lines) - context))
            lines = lines[start:start + context]
            index = lineno - 1 - start
    return Traceback(filename, lineno, frame.f_code.co_name, lines, index)


def getlineno(frame):
    """The line that a frame is at."""
    return frame.f_lineno


def getouterframes(frame, context=1):
    """A record (frame, and the values of getframeinfo) for a frame and each of its callers."""
    records = []
    while frame:
        records.append((frame,) + getframeinfo(frame, context))
        frame = frame.f_back
    return records


def getinnerframes(tb, context=1):
    """A record for each frame of a traceback."""
    records = []
    while tb:
        records.append((tb.tb_frame,) + getframeinfo(tb, context))
        tb = tb.tb_next
    return records


currentframe = getattr(sys, '_getframe', lambda _=None: None)


def stack(context=1):
    """The records of the caller and everything above it."""
    return getouterframes(sys._getframe(1), context)


def trace(context=1):
    """The records from here to where the current exception was raised."""
    return getinnerframes(sys.exc_info()[2], context)
