"""Havlak: finds the loops of control flow graphs, irreducible ones included.

Paul Havlak's algorithm (TOPLAS 19:4) with Tarjan's union-find: a depth-first
numbering, classification of back edges, and collapsing of loop bodies from the
innermost outwards. The graphs are built from nested loops and diamonds.
"""
from harness import main

NON_HEADER, REDUCIBLE, SELF, IRREDUCIBLE, DEAD = range(5)
UNVISITED = -1


class BasicBlock(object):
    def __init__(self, name):
        self.name = name
        self.preds = []
        self.succs = []


class Graph(object):
    def __init__(self):
        self.blocks = []

    def new_block(self):
        block = BasicBlock(len(self.blocks))
        self.blocks.append(block)
        return block

    def edge(self, source, target):
        source.succs.append(target)
        target.preds.append(source)


class Loop(object):
    def __init__(self, header, reducible):
        self.header = header
        self.reducible = reducible
        self.parent = None
        self.children = []
        self.blocks = []
        self.depth = 0
        self.nesting = 0

    def set_parent(self, parent):
        self.parent = parent
        parent.children.append(self)


class LoopForest(object):
    def __init__(self):
        self.loops = []
        self.root = Loop(None, True)

    def new_loop(self, header, reducible):
        loop = Loop(header, reducible)
        self.loops.append(loop)
        return loop

    def measure(self):
        for loop in self.loops:
            if loop.parent is None:
                loop.set_parent(self.root)
        self.measure_below(self.root, 0)

    def measure_below(self, loop, depth):
        loop.depth = depth
        for child in loop.children:
            self.measure_below(child, depth + 1)
            loop.nesting = max(loop.nesting, child.nesting + 1)

    def checksum(self):
        total = 0
        for loop in self.loops:
            total += loop.depth * 7 + loop.nesting * 3 + len(loop.blocks)
            if not loop.reducible:
                total += 1000
        return total


class SetNode(object):
    """A node of the union-find forest: a block and the loop it heads."""

    def __init__(self, block, number):
        self.parent = self
        self.block = block
        self.number = number
        self.loop = None

    def find(self):
        path = []
        node = self
        while node is not node.parent:
            if node.parent is not node.parent.parent:
                path.append(node)
            node = node.parent
        for other in path:
            other.parent = node
        return node

    def union(self, other):
        self.parent = other


class LoopFinder(object):
    def __init__(self, graph, forest):
        self.graph = graph
        self.forest = forest
        size = len(graph.blocks)
        self.number = [UNVISITED] * size
        self.last = [0] * size
        self.nodes = []
        self.header = []
        self.kind = []
        self.back_preds = []
        self.other_preds = []

    def depth_first(self, entry):
        """Numbers blocks in preorder; last[v] ends v's subtree."""
        stack = [(entry, iter(entry.succs))]
        self.visit(entry)
        while stack:
            block, succs = stack[-1]
            for succ in succs:
                if self.number[succ.name] == UNVISITED:
                    self.visit(succ)
                    stack.append((succ, iter(succ.succs)))
                    break
            else:
                self.last[self.number[block.name]] = len(self.nodes) - 1
                stack.pop()

    def visit(self, block):
        number = len(self.nodes)
        self.number[block.name] = number
        self.nodes.append(SetNode(block, number))

    def is_ancestor(self, w, v):
        return w <= v <= self.last[w]

    def classify_edges(self):
        for w, node in enumerate(self.nodes):
            back = []
            other = set()
            for pred in node.block.preds:
                v = self.number[pred.name]
                if v == UNVISITED:
                    continue
                if self.is_ancestor(w, v):
                    back.append(v)
                else:
                    other.add(v)
            self.back_preds.append(back)
            self.other_preds.append(other)
            self.header.append(0)
            self.kind.append(NON_HEADER)

    def body_of(self, w):
        """The nodes that reach w's back edges without passing through w."""
        pool = []
        for v in self.back_preds[w]:
            if v == w:
                self.kind[w] = SELF
            else:
                node = self.nodes[v].find()
                if node not in pool:
                    pool.append(node)
        if pool:
            self.kind[w] = REDUCIBLE
        work = list(pool)
        while work:
            x = work.pop()
            for pred in sorted(self.other_preds[x.number]):
                y = self.nodes[pred].find()
                if not self.is_ancestor(w, y.number):
                    self.kind[w] = IRREDUCIBLE
                    self.other_preds[w].add(y.number)
                elif y.number != w and y not in pool:
                    work.append(y)
                    pool.append(y)
        return pool

    def find_loops(self):
        self.depth_first(self.graph.blocks[0])
        self.classify_edges()
        for w in range(len(self.nodes) - 1, -1, -1):
            pool = self.body_of(w)
            if not pool and self.kind[w] != SELF:
                continue
            head = self.nodes[w]
            loop = self.forest.new_loop(head.block,
                                        self.kind[w] != IRREDUCIBLE)
            loop.blocks.append(head.block)
            head.loop = loop
            for node in pool:
                self.header[node.number] = w
                node.union(head)
                if node.loop is not None:
                    node.loop.set_parent(loop)
                else:
                    loop.blocks.append(node.block)
        return len(self.forest.loops)


def straight(graph, start, length):
    for _ in range(length):
        block = graph.new_block()
        graph.edge(start, block)
        start = block
    return start


def diamond(graph, start):
    left, right, join = (graph.new_block(), graph.new_block(),
                         graph.new_block())
    graph.edge(start, left)
    graph.edge(start, right)
    graph.edge(left, join)
    graph.edge(right, join)
    return join


def simple_loop(graph, start):
    header = straight(graph, start, 1)
    middle = diamond(graph, header)
    end = straight(graph, straight(graph, middle, 1), 1)
    graph.edge(end, header)
    return straight(graph, end, 1)


def irreducible(graph, start):
    """Two blocks that jump to each other, both entered from outside."""
    a, b, out = graph.new_block(), graph.new_block(), graph.new_block()
    graph.edge(start, a)
    graph.edge(start, b)
    graph.edge(a, b)
    graph.edge(b, a)
    graph.edge(b, out)
    return out


def build(nests, inner):
    graph = Graph()
    here = straight(graph, graph.new_block(), 2)
    for i in range(nests):
        outer = here
        here = straight(graph, here, 1)
        for j in range(inner):
            middle = here
            for _ in range(3):
                here = simple_loop(graph, here)
            graph.edge(here, middle)
            here = straight(graph, here, 1)
            if j % 4 == 3:
                here = irreducible(graph, here)
            if j % 5 == 4:
                graph.edge(here, here)
        here = straight(graph, here, 1)
        graph.edge(here, outer)
    return graph


def run():
    graph = build(10, 10)
    total = 0
    check = 0
    for _ in range(4):
        forest = LoopForest()
        total += LoopFinder(graph, forest).find_loops()
        forest.measure()
        check += forest.checksum()
    return '%d blocks, %d loops, nested %d deep, check %d' % (
        len(graph.blocks), total, forest.root.nesting, check)


if __name__ == '__main__':
    main(run, 6)
