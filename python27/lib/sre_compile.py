"""Compiles what sre_parse makes of a regular expression into _sre's code.

Input: a parsed pattern, a list of (operation, argument) pairs. Output: a list of
integers, each below 2 ** (8 * _sre.CODESIZE). A jump is the distance from the
word that holds it. _sre executes the code; sre_constants numbers the operations.
"""
import sys

import _sre
import sre_parse
from sre_constants import *
from sre_constants import error

assert _sre.MAGIC == MAGIC, 'SRE module mismatch'

CODE_BITS = 8 * _sre.CODESIZE
MAXCODE = (1 << CODE_BITS) - 1

# Characters that are lower case already, yet mean the same when case is ignored:
# their upper case is one character.
_SAME_UPPER = (
    (0x69, 0x131), (0x73, 0x17f), (0xb5, 0x3bc), (0x345, 0x3b9, 0x1fbe),
    (0x3b2, 0x3d0), (0x3b5, 0x3f5), (0x3b8, 0x3d1), (0x3ba, 0x3f0),
    (0x3c0, 0x3d6), (0x3c1, 0x3f1), (0x3c2, 0x3c3), (0x3c6, 0x3d5),
    (0x1e61, 0x1e9b))
_ALSO = dict((c, group) for group in _SAME_UPPER for c in group)

_AT_MODES = ((SRE_FLAG_LOCALE, AT_LOCALE), (SRE_FLAG_UNICODE, AT_UNICODE))
_CATEGORY_MODES = ((SRE_FLAG_LOCALE, CH_LOCALE), (SRE_FLAG_UNICODE, CH_UNICODE))


class _Code(object):
    """The code of one pattern while it grows."""

    def __init__(self, flags):
        self.flags = flags
        self.words = []
        self.ignore = bool(flags & SRE_FLAG_IGNORECASE)
        self.also = _ALSO if self.ignore and flags & SRE_FLAG_UNICODE else {}

    def op(self, name, *arguments):
        self.words.append(OPCODES[name])
        self.words.extend(arguments)

    def skip(self):
        """Leaves a word for a jump forward."""
        self.words.append(0)
        return len(self.words) - 1

    def land(self, skip, extra=0):
        self.words[skip] = len(self.words) - skip + extra

    def lower(self, char):
        return _sre.getlower(char, self.flags)

    def moded(self, table, name, modes):
        for flag, change in modes:
            if self.flags & flag:
                return table[change[name]]
        return table[name]

    # -- one method a kind of operation, by its name

    def sequence(self, pattern):
        for name, argument in pattern:
            try:
                emit = _EMIT[name]
            except KeyError:
                raise ValueError('unsupported operand type', name)
            emit(self, name, argument)

    def literal(self, name, char):
        if not self.ignore:
            self.op(name, char)
            return
        char = self.lower(char)
        if char not in self.also:
            self.op(OP_IGNORE[name], char)
            return
        items = [(LITERAL, c) for c in self.also[char]]
        if name == NOT_LITERAL:
            items.insert(0, (NEGATE, None))
        self.set_of(IN_IGNORE, items)

    def in_set(self, name, items):
        if self.ignore:
            self.set_of(IN_IGNORE, self.lowered(items))
        else:
            self.set_of(IN, items)

    def set_of(self, name, items):
        self.op(name)
        skip = self.skip()
        self.charset(items)
        self.land(skip)

    def any_char(self, name, unused):
        self.op(ANY_ALL if self.flags & SRE_FLAG_DOTALL else ANY)

    def repeat(self, name, argument):
        low, high, body = argument
        if self.flags & SRE_FLAG_TEMPLATE:
            raise error('internal: unsupported template operator')
        lazy = name == MIN_REPEAT
        if name != REPEAT and _is_one_char(body):
            self.op(MIN_REPEAT_ONE if lazy else REPEAT_ONE)
            skip = self.skip()
            self.words += [low, high]
            self.sequence(body)
            self.op(SUCCESS)
            self.land(skip)
            return
        self.op(REPEAT)
        skip = self.skip()
        self.words += [low, high]
        self.sequence(body)
        self.land(skip)
        self.op(MIN_UNTIL if lazy else MAX_UNTIL)

    def subpattern(self, name, argument):
        group, body = argument
        if group:
            self.op(MARK, 2 * (group - 1))
        self.sequence(body)
        if group:
            self.op(MARK, 2 * (group - 1) + 1)

    def bare(self, name, unused):
        self.op(name)

    def look(self, name, argument):
        direction, body = argument
        self.op(name)
        skip = self.skip()
        if direction >= 0:
            self.words.append(0)
        else:
            low, high = body.getwidth()
            if low != high:
                raise error('look-behind requires fixed-width pattern')
            self.words.append(low)
        self.sequence(body)
        self.op(SUCCESS)
        self.land(skip)

    def call(self, name, body):
        self.op(name)
        skip = self.skip()
        self.sequence(body)
        self.op(SUCCESS)
        self.land(skip)

    def at(self, name, place):
        if self.flags & SRE_FLAG_MULTILINE:
            place = AT_MULTILINE.get(place, place)
        for flag, change in _AT_MODES:
            if self.flags & flag:
                place = change.get(place, place)
                break
        self.op(name, ATCODES[place])

    def branch(self, name, argument):
        ends = []
        self.op(name)
        for alternative in argument[1]:
            skip = self.skip()
            self.sequence(alternative)
            self.op(JUMP)
            ends.append(self.skip())
            self.land(skip)
        self.op(FAILURE)
        for end in ends:
            self.land(end)

    def category(self, name, kind):
        self.op(name, self.moded(CHCODES, kind, _CATEGORY_MODES))

    def groupref(self, name, group):
        self.op(OP_IGNORE[name] if self.ignore else name, group - 1)

    def groupref_exists(self, name, argument):
        group, yes, no = argument
        self.op(name, group - 1)
        skip = self.skip()
        self.sequence(yes)
        if not no:
            self.land(skip, 1)
            return
        self.op(JUMP)
        end = self.skip()
        self.land(skip, 1)
        self.sequence(no)
        self.land(end)

    # -- sets of characters

    def lowered(self, items):
        """The set as the matcher needs it that compares lowered characters."""
        result = []
        for name, argument in items:
            if name == LITERAL:
                low = self.lower(argument)
                result += [(LITERAL, c) for c in self.also.get(low, (low,))]
            elif name == RANGE:
                chars = set()
                # Letters with case lie in the first two planes.
                low, high = argument
                for c in xrange(low, min(high, 0x1ffff) + 1):
                    c = self.lower(c)
                    chars.update(self.also.get(c, (c,)))
                result += [(RANGE, run) for run in _runs(chars)]
                if high > 0x1ffff:
                    result.append((RANGE, (max(low, 0x20000), high)))
            else:
                result.append((name, argument))
        return result

    def charset(self, items):
        for name, argument in _smallest(items, self.flags):
            self.op(name)
            if name == LITERAL:
                self.words.append(argument)
            elif name == RANGE:
                self.words += argument
            elif name in (CHARSET, BIGCHARSET):
                self.words += argument
            elif name == CATEGORY:
                self.words.append(self.moded(CHCODES, argument, _CATEGORY_MODES))
            elif name != NEGATE:
                raise error('internal: unsupported set operator')
        self.op(FAILURE)


_EMIT = {
    LITERAL: _Code.literal, NOT_LITERAL: _Code.literal, IN: _Code.in_set,
    ANY: _Code.any_char, REPEAT: _Code.repeat, MIN_REPEAT: _Code.repeat,
    MAX_REPEAT: _Code.repeat, SUBPATTERN: _Code.subpattern, SUCCESS: _Code.bare,
    FAILURE: _Code.bare, ASSERT: _Code.look, ASSERT_NOT: _Code.look, CALL: _Code.call,
    AT: _Code.at, BRANCH: _Code.branch, CATEGORY: _Code.category,
    GROUPREF: _Code.groupref, GROUPREF_EXISTS: _Code.groupref_exists}


def _is_one_char(body):
    """May the loop be one over single characters, without marks inside?"""
    return body.getwidth() == (1, 1) and body[0][0] != SUBPATTERN


def _runs(chars):
    """The set of numbers as maximal (first, last) pairs, ascending."""
    runs = []
    for c in sorted(chars):
        if runs and runs[-1][1] == c - 1:
            runs[-1] = runs[-1][0], c
        else:
            runs.append((c, c))
    return runs


def _smallest(items, flags):
    """The same set in the form that is cheapest to test.

    Up to two runs are listed; more become a bitmap of the first 256 characters, or a
    two-level bitmap of the basic plane. Categories depend on flags and locale at run
    time and stay; so do characters beyond the basic plane.
    """
    negate, rest, runs = [], [], []
    for name, argument in items:
        if name == NEGATE:
            negate.append((name, argument))
        elif name == LITERAL:
            runs.append((argument, argument))
        elif name == RANGE:
            runs.append(tuple(argument))
        else:
            rest.append((name, argument))
    merged = []
    for low, high in sorted(runs):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    if not rest and merged == [(0, sys.maxunicode)]:
        return items
    if len(merged) > 2:
        small = [run for run in merged if run[1] < 256]
        basic = [run for run in merged if run[1] < 0x10000]
        if len(small) == len(merged):
            return negate + [(CHARSET, _bitmap(small, 0))] + rest
        if len(basic) > 2:
            above = [run for run in merged if run[1] >= 0x10000]
            return negate + [(BIGCHARSET, _big(basic))] + _listed(above) + rest
    return negate + _listed(merged) + rest


def _listed(runs):
    return [(LITERAL, low) if low == high else (RANGE, (low, high)) for low, high in runs]


def _bitmap(runs, base):
    """256 bits from character `base` on, lowest bit of the first word first."""
    bits = 0
    for low, high in runs:
        low, high = max(low - base, 0), min(high - base, 255)
        if low <= high:
            bits |= (1 << high + 1) - (1 << low)
    return [bits >> shift & MAXCODE for shift in range(0, 256, CODE_BITS)]


def _big(runs):
    """Number of blocks, a byte for each 256 characters saying which block, the blocks."""
    blocks, index = [], []
    for base in range(0, 0x10000, 256):
        block = _bitmap(runs, base)
        if block not in blocks:
            blocks.append(block)
        index.append(blocks.index(block))
    words = [len(blocks)]
    size = _sre.CODESIZE
    for i in range(0, 256, size):
        group = index[i:i + size]
        if sys.byteorder == 'little':
            group.reverse()
        word = 0
        for byte in group:
            word = word << 8 | byte
        words.append(word)
    for block in blocks:
        words += block
    return words


# ------------------------------------------------------------------ search

def _literal_prefix(pattern):
    """Characters that every match begins with, and how many lie before any group."""
    prefix, outside = [], None
    for name, argument in pattern:
        if name == SUBPATTERN and len(argument[1]) == 1 and argument[1][0][0] == LITERAL:
            if argument[0] and outside is None:
                outside = len(prefix)
            prefix.append(argument[1][0][1])
        elif name == LITERAL:
            prefix.append(argument)
        else:
            break
    return prefix, len(prefix) if outside is None else outside


def _first_set(pattern):
    """The set of characters that a match can begin with, or None."""
    if not len(pattern):
        return None
    name, argument = pattern[0]
    if name == SUBPATTERN:
        return _first_set(argument[1])
    if name == LITERAL:
        return [(LITERAL, argument)]
    if name == IN:
        return argument
    if name != BRANCH:
        return None
    chars = []
    for alternative in argument[1]:
        if not len(alternative) or alternative[0][0] != LITERAL:
            return None
        chars.append((LITERAL, alternative[0][1]))
    return chars


def _borders(word):
    """For each prefix of word, the length of its longest border (Knuth, Morris, Pratt)."""
    borders, length = [0], 0
    for item in word[1:]:
        while length and item != word[length]:
            length = borders[length - 1]
        if item == word[length]:
            length += 1
        borders.append(length)
    return borders


def _info(code, pattern):
    """What search() uses to find places where a match can begin at all."""
    low, high = pattern.getwidth()
    if low == 0:
        return
    prefix, outside, first, mask = [], 0, None, 0
    if not code.ignore:
        prefix, outside = _literal_prefix(pattern)
        if not prefix:
            first = _first_set(pattern)
    code.op(INFO)
    skip = code.skip()
    if prefix:
        mask = SRE_INFO_PREFIX
        if len(prefix) == outside == len(pattern):
            mask |= SRE_INFO_LITERAL
    elif first:
        mask = SRE_INFO_CHARSET
    code.words += [mask, min(low, MAXCODE), min(high, MAXCODE)]
    if prefix:
        code.words += [len(prefix), outside] + prefix + _borders(prefix)
    elif first:
        code.charset(first)
    code.land(skip)


# ------------------------------------------------------------------ entry

STRING_TYPES = (str, unicode)


def isstring(obj):
    return isinstance(obj, STRING_TYPES)


def _code(p, flags):
    """The code of a parsed pattern."""
    code = _Code(p.pattern.flags | flags)
    _info(code, p)
    code.sequence(p.data)
    code.op(SUCCESS)
    return code.words


def compile(p, flags=0):
    """A pattern object for a regular expression, or for what sre_parse made of one."""
    if isstring(p):
        pattern = p
        p = sre_parse.parse(p, flags)
    else:
        pattern = None
    code = _code(p, flags)
    if p.pattern.groups > 100:
        raise AssertionError('sorry, but this version only supports 100 named groups')
    names = p.pattern.groupdict
    by_number = [None] * p.pattern.groups
    for name, number in names.items():
        by_number[number] = name
    return _sre.compile(pattern, flags | p.pattern.flags, code, p.pattern.groups - 1,
                        names, by_number)
