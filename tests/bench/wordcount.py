"""Counting words: dictionaries with string, tuple and integer keys, and sets."""
from harness import main

STEMS = ['na', 'ri', 'to', 'ka', 'mu', 'sel', 'dor', 'vi', 'pan', 'lo', 'x', 'que']


class Random(object):
    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % n


def vocabulary(random, size):
    words = set()
    while len(words) < size:
        word = ''
        for _ in range(1 + random.below(4)):
            word += STEMS[random.below(len(STEMS))]
        words.add(word)
    return sorted(words)


def text(count):
    """Words whose frequency falls with their rank, and some punctuation."""
    random = Random(3)
    words = vocabulary(random, 900)
    parts = []
    for _ in range(count):
        rank = random.below(1 + random.below(len(words)))
        word = words[rank]
        kind = random.below(12)
        if kind == 0:
            word = word.capitalize()
        elif kind == 1:
            word += ','
        elif kind == 2:
            word += '.\n'
        parts.append(word)
    return ' '.join(parts)


TEXT = text(20000)


def split(source):
    words = []
    for line in source.split('\n'):
        for word in line.split():
            words.append(word.strip('.,').lower())
    return words


def count_words(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def count_pairs(words):
    counts = {}
    last = None
    for word in words:
        if last is not None:
            key = last, word
            if key in counts:
                counts[key] += 1
            else:
                counts[key] = 1
        last = word
    return counts


def by_length(counts):
    groups = {}
    for word in counts:
        groups.setdefault(len(word), set()).add(word)
    return groups


def anagrams(counts):
    groups = {}
    for word in counts:
        groups.setdefault(''.join(sorted(word)), []).append(word)
    return [sorted(group) for group in groups.values() if len(group) > 1]


def top(counts, n):
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return order[:n]


def first_places(words):
    places = {}
    for i, word in enumerate(words):
        if word not in places:
            places[word] = i
    return places


def halves(words):
    """Set algebra over the first and the second half of the text."""
    middle = len(words) // 2
    a, b = set(words[:middle]), frozenset(words[middle:])
    return len(a | b), len(a & b), len(a - b), len(a ^ b), a <= b


def forget(counts, limit):
    """Deletes rare words, then puts some back: holes in the table."""
    kept = dict(counts)
    for word in sorted(kept):
        if kept[word] < limit:
            del kept[word]
    for i, word in enumerate(sorted(counts)):
        if i % 3 == 0:
            kept[word] = kept.pop(word, 0) + 1
    return len(kept), sum(kept.values())


def run():
    words = split(TEXT)
    counts = count_words(words)
    pairs = count_pairs(words)
    lines = ['%d words, %d different, %d pairs' % (len(words), len(counts),
                                                  len(pairs))]
    for word, n in top(counts, 8):
        lines.append('%6d %s' % (n, word))
    for (a, b), n in top(pairs, 3):
        lines.append('%6d %s %s' % (n, a, b))
    groups = by_length(counts)
    lines.append(' '.join('%d:%d' % (n, len(groups[n])) for n in sorted(groups)))
    same = sorted(anagrams(counts), key=lambda g: (-len(g), g))
    lines.append('%d anagrams: %s' % (len(same), ' '.join(same[0])))
    places = first_places(words)
    lines.append('places %d' % sum(places.values()))
    lines.append('halves %s' % (halves(words),))
    lines.append('kept %d, %d' % forget(counts, 4))
    return '\n'.join(lines)


if __name__ == '__main__':
    main(run, 8)
