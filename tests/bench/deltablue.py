"""DeltaBlue: an incremental solver for hierarchies of one-way constraints.

After Freeman-Benson and Maloney's algorithm (CACM 33:1). Variables carry the
constraint that determines them and a walkabout strength; adding or removing a
constraint only revisits what is downstream of it. Two scenarios: a long chain
of equalities driven by an edit at one end, and a set of scale-and-offset
constraints whose inputs change.
"""
from harness import main


class Strength(object):
    def __init__(self, value, name):
        self.value = value
        self.name = name

    def stronger(self, other):
        return self.value < other.value

    def weaker(self, other):
        return self.value > other.value

    def weakest_of(self, other):
        return self if self.weaker(other) else other


REQUIRED = Strength(0, 'required')
STRONG_PREFERRED = Strength(1, 'strong preferred')
PREFERRED = Strength(2, 'preferred')
STRONG_DEFAULT = Strength(3, 'strong default')
NORMAL = Strength(4, 'normal')
WEAK_DEFAULT = Strength(5, 'weak default')
WEAKEST = Strength(6, 'weakest')
ALL = [REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL,
       WEAK_DEFAULT, WEAKEST]

NONE, FORWARD, BACKWARD = 0, 1, -1


class Variable(object):
    def __init__(self, name, value=0):
        self.name = name
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.walk_strength = WEAKEST
        self.stay = True


class Constraint(object):
    def __init__(self, strength):
        self.strength = strength

    def attach(self, planner):
        self.add_to_graph()
        planner.incremental_add(self)

    def detach(self, planner):
        if self.is_satisfied():
            planner.incremental_remove(self)
        else:
            self.remove_from_graph()

    def is_input(self):
        return False

    def satisfy(self, mark, planner):
        """Enforces self if it can; gives the constraint it displaced."""
        self.choose_method(mark)
        if not self.is_satisfied():
            if self.strength is REQUIRED:
                raise ValueError('a required constraint cannot be satisfied')
            return None
        self.mark_inputs(mark)
        out = self.output()
        displaced = out.determined_by
        if displaced is not None:
            displaced.mark_unsatisfied()
        out.determined_by = self
        if not planner.add_propagate(self, mark):
            raise ValueError('cycle of constraints')
        out.mark = mark
        return displaced


class UnaryConstraint(Constraint):
    def __init__(self, planner, variable, strength):
        Constraint.__init__(self, strength)
        self.variable = variable
        self.satisfied = False
        self.attach(planner)

    def add_to_graph(self):
        self.variable.constraints.append(self)
        self.satisfied = False

    def remove_from_graph(self):
        self.variable.constraints.remove(self)
        self.satisfied = False

    def choose_method(self, mark):
        var = self.variable
        self.satisfied = (var.mark != mark and
                          self.strength.stronger(var.walk_strength))

    def is_satisfied(self):
        return self.satisfied

    def mark_unsatisfied(self):
        self.satisfied = False

    def mark_inputs(self, mark):
        pass

    def inputs_known(self, mark):
        return True

    def output(self):
        return self.variable

    def recalculate(self):
        out = self.variable
        out.walk_strength = self.strength
        out.stay = not self.is_input()
        if out.stay:
            self.execute()


class StayConstraint(UnaryConstraint):
    """The variable keeps its value."""

    def execute(self):
        pass


class EditConstraint(UnaryConstraint):
    """The variable is set from outside."""

    def is_input(self):
        return True

    def execute(self):
        pass


class BinaryConstraint(Constraint):
    def __init__(self, planner, left, right, strength):
        Constraint.__init__(self, strength)
        self.left = left
        self.right = right
        self.direction = NONE
        self.attach(planner)

    def add_to_graph(self):
        self.left.constraints.append(self)
        self.right.constraints.append(self)
        self.direction = NONE

    def remove_from_graph(self):
        self.left.constraints.remove(self)
        self.right.constraints.remove(self)
        self.direction = NONE

    def choose_method(self, mark):
        left, right, strength = self.left, self.right, self.strength
        if left.mark == mark:
            ok = right.mark != mark and strength.stronger(right.walk_strength)
            self.direction = FORWARD if ok else NONE
        elif right.mark == mark:
            ok = strength.stronger(left.walk_strength)
            self.direction = BACKWARD if ok else NONE
        elif left.walk_strength.weaker(right.walk_strength):
            ok = strength.stronger(left.walk_strength)
            self.direction = BACKWARD if ok else NONE
        else:
            ok = strength.stronger(right.walk_strength)
            self.direction = FORWARD if ok else NONE

    def is_satisfied(self):
        return self.direction != NONE

    def mark_unsatisfied(self):
        self.direction = NONE

    def input(self):
        return self.left if self.direction == FORWARD else self.right

    def output(self):
        return self.right if self.direction == FORWARD else self.left

    def mark_inputs(self, mark):
        self.input().mark = mark

    def inputs_known(self, mark):
        source = self.input()
        return (source.mark == mark or source.stay or
                source.determined_by is None)

    def recalculate(self):
        source, out = self.input(), self.output()
        out.walk_strength = self.strength.weakest_of(source.walk_strength)
        out.stay = source.stay
        if out.stay:
            self.execute()


class EqualityConstraint(BinaryConstraint):
    def execute(self):
        self.output().value = self.input().value


class ScaleConstraint(BinaryConstraint):
    """right = left * scale + offset, both ways."""

    def __init__(self, planner, left, scale, offset, right, strength):
        self.scale = scale
        self.offset = offset
        BinaryConstraint.__init__(self, planner, left, right, strength)

    def add_to_graph(self):
        BinaryConstraint.add_to_graph(self)
        self.scale.constraints.append(self)
        self.offset.constraints.append(self)

    def remove_from_graph(self):
        BinaryConstraint.remove_from_graph(self)
        self.scale.constraints.remove(self)
        self.offset.constraints.remove(self)

    def mark_inputs(self, mark):
        BinaryConstraint.mark_inputs(self, mark)
        self.scale.mark = mark
        self.offset.mark = mark

    def execute(self):
        if self.direction == FORWARD:
            self.right.value = (self.left.value * self.scale.value +
                                self.offset.value)
        else:
            self.left.value = ((self.right.value - self.offset.value) //
                               self.scale.value)

    def recalculate(self):
        source, out = self.input(), self.output()
        out.walk_strength = self.strength.weakest_of(source.walk_strength)
        out.stay = source.stay and self.scale.stay and self.offset.stay
        if out.stay:
            self.execute()


class Planner(object):
    def __init__(self):
        self.current_mark = 0

    def new_mark(self):
        self.current_mark += 1
        return self.current_mark

    def incremental_add(self, constraint):
        mark = self.new_mark()
        displaced = constraint.satisfy(mark, self)
        while displaced is not None:
            displaced = displaced.satisfy(mark, self)

    def incremental_remove(self, constraint):
        out = constraint.output()
        constraint.mark_unsatisfied()
        constraint.remove_from_graph()
        unsatisfied = self.remove_propagate_from(out)
        for strength in ALL:
            for other in unsatisfied:
                if other.strength is strength:
                    self.incremental_add(other)

    def make_plan(self, sources):
        mark = self.new_mark()
        plan = []
        todo = list(sources)
        while todo:
            constraint = todo.pop()
            out = constraint.output()
            if out.mark != mark and constraint.inputs_known(mark):
                plan.append(constraint)
                out.mark = mark
                self.add_consumers(out, todo)
        return plan

    def plan_from(self, constraints):
        return self.make_plan([c for c in constraints
                               if c.is_input() and c.is_satisfied()])

    def add_propagate(self, constraint, mark):
        todo = [constraint]
        while todo:
            current = todo.pop()
            if current.output().mark == mark:
                self.incremental_remove(constraint)
                return False
            current.recalculate()
            self.add_consumers(current.output(), todo)
        return True

    def remove_propagate_from(self, out):
        out.determined_by = None
        out.walk_strength = WEAKEST
        out.stay = True
        unsatisfied = []
        todo = [out]
        while todo:
            var = todo.pop()
            for constraint in var.constraints:
                if not constraint.is_satisfied():
                    unsatisfied.append(constraint)
            determining = var.determined_by
            for constraint in var.constraints:
                if constraint is not determining and constraint.is_satisfied():
                    constraint.recalculate()
                    todo.append(constraint.output())
        return unsatisfied

    def add_consumers(self, var, todo):
        determining = var.determined_by
        for constraint in var.constraints:
            if constraint is not determining and constraint.is_satisfied():
                todo.append(constraint)


def execute(plan):
    for constraint in plan:
        constraint.execute()


def change(planner, var, value):
    edit = EditConstraint(planner, var, PREFERRED)
    plan = planner.plan_from([edit])
    for _ in range(10):
        var.value = value
        execute(plan)
    edit.detach(planner)


def chain(n):
    planner = Planner()
    variables = [Variable('v%d' % i) for i in range(n + 1)]
    for i in range(n):
        EqualityConstraint(planner, variables[i], variables[i + 1], REQUIRED)
    first, last = variables[0], variables[n]
    StayConstraint(planner, last, STRONG_DEFAULT)
    edit = EditConstraint(planner, first, PREFERRED)
    plan = planner.plan_from([edit])
    total = 0
    for value in range(100):
        first.value = value
        execute(plan)
        if last.value != value:
            raise ValueError('the chain does not carry %d' % value)
        total += last.value
    edit.detach(planner)
    return total, len(plan)


def projection(n):
    planner = Planner()
    scale = Variable('scale', 10)
    offset = Variable('offset', 1000)
    sources = []
    targets = []
    for i in range(n):
        source = Variable('source%d' % i, i)
        target = Variable('target%d' % i, i)
        sources.append(source)
        targets.append(target)
        StayConstraint(planner, source, NORMAL)
        ScaleConstraint(planner, source, scale, offset, target, REQUIRED)

    change(planner, sources[-1], 17)
    if targets[-1].value != 1170:
        raise ValueError('forward projection')
    change(planner, targets[-1], 1050)
    if sources[-1].value != 5:
        raise ValueError('backward projection')
    change(planner, scale, 5)
    for i in range(n - 1):
        if targets[i].value != i * 5 + 1000:
            raise ValueError('change of scale')
    change(planner, offset, 2000)
    for i in range(n - 1):
        if targets[i].value != i * 5 + 2000:
            raise ValueError('change of offset')
    return sum(t.value for t in targets)


def run():
    total, length = chain(900)
    return 'chain %d, plan of %d; projection %d' % (
        total, length, projection(900))


if __name__ == '__main__':
    main(run, 5)
