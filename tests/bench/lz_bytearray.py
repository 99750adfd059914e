"""An LZ77 codec on bytearrays, with Huffman coding of its tokens.

Matches are found through hash chains over three bytes; literals, lengths and
distances are written with canonical Huffman codes of the block. Everything is
checked by decoding.
"""
from heapq import heapify, heappop, heappush

from harness import main

MIN_MATCH = 3
MAX_MATCH = 66
WINDOW = 4096
MAX_CHAIN = 12
MATCH_BASE = 256         # symbols from here on are match lengths
END = MATCH_BASE + MAX_MATCH - MIN_MATCH + 1
SYMBOLS = END + 1


def hash3(data, at):
    return (data[at] << 10 ^ data[at + 1] << 5 ^ data[at + 2]) & 0x3FFF


def match_length(data, a, b, limit):
    n = 0
    while n < limit and data[a + n] == data[b + n]:
        n += 1
    return n


def tokens(data):
    """Yields (symbol, distance) pairs; distance 0 for a literal."""
    size = len(data)
    head = [-1] * 0x4000
    chain = [-1] * WINDOW
    at = 0
    while at < size:
        best = best_distance = 0
        limit = min(MAX_MATCH, size - at)
        if limit >= MIN_MATCH:
            candidate = head[hash3(data, at)]
            tries = MAX_CHAIN
            while candidate >= 0 and tries > 0 and at - candidate < WINDOW:
                n = match_length(data, candidate, at, limit)
                if n > best:
                    best, best_distance = n, at - candidate
                    if n == limit:
                        break
                candidate = chain[candidate % WINDOW]
                tries -= 1
        if best >= MIN_MATCH:
            yield MATCH_BASE + best - MIN_MATCH, best_distance
            step = best
        else:
            yield data[at], 0
            step = 1
        end = min(at + step, size - MIN_MATCH + 1)
        for i in range(at, end):
            h = hash3(data, i)
            chain[i % WINDOW] = head[h]
            head[h] = i
        at += step
    yield END, 0


def code_lengths(counts):
    """Huffman's algorithm; 0 for symbols that do not occur."""
    heap = [(n, s, (s,)) for s, n in enumerate(counts) if n]
    heapify(heap)
    lengths = [0] * len(counts)
    if len(heap) == 1:
        lengths[heap[0][1]] = 1
        return lengths
    order = len(counts)
    while len(heap) > 1:
        n, _, a = heappop(heap)
        m, _, b = heappop(heap)
        for s in a:
            lengths[s] += 1
        for s in b:
            lengths[s] += 1
        heappush(heap, (n + m, order, a + b))
        order += 1
    return lengths


def canonical(lengths):
    """(code, length) by symbol, codes in order of length, then symbol."""
    codes = {}
    code = 0
    last = 0
    for length, symbol in sorted((n, s) for s, n in enumerate(lengths) if n):
        code <<= length - last
        last = length
        codes[symbol] = (code, length)
        code += 1
    return codes


class BitWriter(object):
    def __init__(self):
        self.out = bytearray()
        self.bits = 0
        self.count = 0

    def put(self, value, length):
        self.bits = self.bits << length | value
        self.count += length
        while self.count >= 8:
            self.count -= 8
            self.out.append(self.bits >> self.count & 0xFF)
            self.bits &= (1 << self.count) - 1

    def finish(self):
        if self.count:
            self.put(0, 8 - self.count)
        return self.out


class BitReader(object):
    def __init__(self, data):
        self.data = data
        self.at = 0
        self.bits = 0
        self.count = 0

    def get(self, length):
        while self.count < length:
            self.bits = self.bits << 8 | self.data[self.at]
            self.at += 1
            self.count += 8
        self.count -= length
        value = self.bits >> self.count
        self.bits &= (1 << self.count) - 1
        return value

    def symbol(self, table):
        code = length = 0
        while True:
            code = code << 1 | self.get(1)
            length += 1
            found = table.get((code, length))
            if found is not None:
                return found


def compress(data):
    stream = list(tokens(data))
    counts = [0] * SYMBOLS
    for symbol, _ in stream:
        counts[symbol] += 1
    lengths = code_lengths(counts)
    codes = canonical(lengths)
    writer = BitWriter()
    for length in lengths:
        writer.put(length, 5)
    for symbol, distance in stream:
        code, length = codes[symbol]
        writer.put(code, length)
        if symbol >= MATCH_BASE and symbol != END:
            writer.put(distance, 12)
    return writer.finish()


def expand(data):
    reader = BitReader(data)
    lengths = [reader.get(5) for _ in range(SYMBOLS)]
    table = {}
    for symbol, code in canonical(lengths).items():
        table[code] = symbol
    out = bytearray()
    while True:
        symbol = reader.symbol(table)
        if symbol < MATCH_BASE:
            out.append(symbol)
        elif symbol == END:
            return out
        else:
            start = len(out) - reader.get(12)
            for i in range(start, start + symbol - MATCH_BASE + MIN_MATCH):
                out.append(out[i])


def adler(data):
    a, b = 1, 0
    for byte in data:
        a = (a + byte) % 65521
        b = (b + a) % 65521
    return b << 16 | a


def text(size):
    words = ['the', 'quick', 'compressor', 'of', 'bytes', 'looks', 'back',
             'and', 'finds', 'a', 'window', 'again']
    seed = 17
    out = bytearray()
    while len(out) < size:
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        out += words[(seed >> 8) % len(words)].encode('ascii')
        out.append(32 if seed >> 20 & 7 else 10)
    return out[:size]


def noise(size):
    seed = 5
    out = bytearray()
    for _ in range(size):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        out.append(seed >> 12 & 0xFF)
    return out


SAMPLES = [('text', text(20000)), ('zeros', bytearray(6000)),
           ('noise', noise(1500)), ('one', bytearray(b'x')),
           ('nothing', bytearray())]


def run():
    lines = []
    for name, data in SAMPLES:
        packed = compress(data)
        if expand(packed) != data:
            raise ValueError('%s does not come back' % name)
        lines.append('%s: %d to %d, adler %08x' % (
            name, len(data), len(packed), adler(packed)))
    return '\n'.join(lines)


if __name__ == '__main__':
    main(run, 6)
