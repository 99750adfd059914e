"""Pystone-like dispatch: records, globals, arrays, characters and small calls.

A synthetic mix after Weicker's Dhrystone: the statements and operand types of
system programs in their usual proportions. The final state of all globals is
checked against what one round leaves behind.
"""
from harness import main

IDENT1, IDENT2, IDENT3, IDENT4, IDENT5 = range(1, 6)


class Record(object):
    def __init__(self, link=None, discr=0, enum=0, number=0, text=''):
        self.link = link
        self.discr = discr
        self.enum = enum
        self.number = number
        self.text = text

    def copy(self):
        return Record(self.link, self.discr, self.enum, self.number, self.text)



glob_int = 0
glob_bool = False
glob_char1 = '\0'
glob_char2 = '\0'
glob_array1 = [0] * 51
glob_array2 = [[0] * 51 for _ in range(51)]
glob_record = None
glob_next = None


def start():
    global glob_int, glob_bool, glob_record, glob_next
    glob_int = 0
    glob_bool = False
    for row in [glob_array1] + glob_array2:
        for i in range(51):
            row[i] = 0
    glob_next = Record()
    glob_record = Record(glob_next, IDENT1, IDENT3, 40, 'A RECORD, SOME TEXT')


def rounds(count):
    global glob_next
    text1 = 'A RECORD, THE 1ST TEXT'
    for i in range(count):
        letter_a()
        letter_b()
        one, two = 2, 3
        text2 = 'A RECORD, THE 2ND TEXT'
        enum = IDENT2
        flip = not compare_texts(text1, text2)
        three = 0
        while one < two:
            three = 5 * one - two
            three = sum_and_two(one, two)
            one += 1
        fill_arrays(glob_array1, glob_array2, one, three)
        glob_record_next = chase(glob_record)
        glob_next = glob_record_next
        char = 'A'
        while char <= glob_char2:
            if enum == compare_chars(char, 'C'):
                enum = choose(IDENT1)
            char = chr(ord(char) + 1)
        three = two * one
        two = three // one
        two = 7 * (three - two) - one
        one = adjust(one)
    return one, two, three, enum, flip


def chase(record):
    following = record.copy()
    record.link.number = 5
    following.number = record.number
    following.link = record.link
    following.link = follow(following.link)
    if following.discr == IDENT1:
        following.number = 6
        following.enum = choose(record.enum)
        following.link = glob_record.link
        following.number = sum_and_two(following.number, 10)
    else:
        following = record.copy()
    following.link = None
    record.link = Record(None, IDENT1, following.enum, following.number)
    return following


def follow(link):
    if glob_record is not None:
        link = glob_record.link
    glob_record.number = sum_and_two(10, glob_int)
    return link


def letter_a():
    global glob_bool, glob_char2
    glob_bool = glob_char1 == 'A' or glob_bool
    glob_char2 = 'B'


def letter_b():
    global glob_bool, glob_char1
    glob_char1 = 'A'
    glob_bool = False


def adjust(number):
    local = number + 10
    while True:
        if glob_char1 == 'A':
            local -= 1
            number = local - glob_int
            enum = IDENT1
        if enum == IDENT1:
            return number


def choose(enum):
    out = enum
    if not is_third(enum):
        out = IDENT4
    if enum == IDENT1:
        out = IDENT1
    elif enum == IDENT2:
        out = IDENT1 if glob_int > 100 else IDENT4
    elif enum == IDENT3:
        out = IDENT2
    elif enum == IDENT5:
        out = IDENT3
    return out


def is_third(enum):
    return enum == IDENT3


def sum_and_two(a, b):
    return a + 2 + b


def fill_arrays(array1, array2, one, two):
    global glob_int
    at = one + 5
    array1[at] = two
    array1[at + 1] = array1[at]
    array1[at + 30] = at
    for i in range(at, at + 2):
        array2[at][i] = at
    array2[at][at - 1] += 1
    array2[at + 20][at] = array1[at]
    glob_int = 5


def compare_chars(a, b):
    if a != b:
        return IDENT1
    return IDENT2


def compare_texts(a, b):
    at = 2
    char = 'A'
    while at <= 2:
        if compare_chars(a[at], b[at + 1]) == IDENT1:
            char = 'A'
            at += 1
    if 'W' <= char <= 'Z':
        at = 7
    if char == 'X':
        return True
    if a > b:
        at += 7
        return True
    return False


def run():
    start()
    result = rounds(24000)
    check = sum(i * n for i, n in enumerate(glob_array1))
    for row in glob_array2:
        for n in row:
            check = (check * 7 + n) % 1000003
    return '%s\n%d %s %s %s, check %d\n%d %d %s' % (
        ' '.join(str(x) for x in result), glob_int, glob_bool, glob_char1,
        glob_char2, check, glob_next.number, glob_next.enum, glob_record.text)


if __name__ == '__main__':
    main(run, 5)
