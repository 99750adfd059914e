"""A Lisp in Python: reader, closures, tail calls, macros, and programs for it."""
from harness import main


class Symbol(object):
    table = {}

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


def intern(name):
    symbol = Symbol.table.get(name)
    if symbol is None:
        symbol = Symbol.table[name] = Symbol(name)
    return symbol


class LispError(Exception):
    pass


class Pair(object):
    def __init__(self, head, tail):
        self.head = head
        self.tail = tail


NIL = intern('nil')
T = intern('t')
QUOTE = intern('quote')
REST = intern('&rest')


def to_list(items, tail=NIL):
    for item in reversed(items):
        tail = Pair(item, tail)
    return tail


def from_list(value):
    items = []
    while isinstance(value, Pair):
        items.append(value.head)
        value = value.tail
    if value is not NIL:
        raise LispError('not a list')
    return items


def show(value):
    if isinstance(value, Pair):
        parts = []
        while isinstance(value, Pair):
            parts.append(show(value.head))
            value = value.tail
        if value is not NIL:
            parts.append('.')
            parts.append(show(value))
        return '(' + ' '.join(parts) + ')'
    if isinstance(value, str):
        return '"%s"' % value
    if isinstance(value, Symbol):
        return value.name
    if isinstance(value, (Closure, Primitive)):
        return '#<function %s>' % value.name
    return str(value)


class Reader(object):
    def __init__(self, text):
        self.tokens = self.tokenize(text)
        self.token = next(self.tokens, None)

    def tokenize(self, text):
        at = 0
        while at < len(text):
            c = text[at]
            if c in ' \n\t':
                at += 1
            elif c == ';':
                while at < len(text) and text[at] != '\n':
                    at += 1
            elif c in "()'":
                yield c
                at += 1
            elif c == '"':
                end = text.index('"', at + 1)
                yield text[at:end + 1]
                at = end + 1
            else:
                start = at
                while at < len(text) and text[at] not in " \n\t()'\";":
                    at += 1
                yield text[start:at]

    def advance(self):
        token = self.token
        if token is None:
            raise LispError('end of text')
        self.token = next(self.tokens, None)
        return token

    def read(self):
        token = self.advance()
        if token == '(':
            items = []
            while self.token != ')':
                items.append(self.read())
            self.advance()
            return to_list(items)
        if token == ')':
            raise LispError('too many )')
        if token == "'":
            return to_list([QUOTE, self.read()])
        if token[0] == '"':
            return token[1:-1]
        try:
            return int(token)
        except ValueError:
            return intern(token)

    def read_all(self):
        while self.token is not None:
            yield self.read()


class Environment(object):
    def __init__(self, outer):
        self.values = {}
        self.outer = outer

    def find(self, symbol):
        env = self
        while env is not None:
            if symbol in env.values:
                return env
            env = env.outer
        raise LispError('no value for %s' % symbol.name)


class Closure(object):
    def __init__(self, name, params, body, env):
        self.name = name
        self.body = body
        self.env = env
        params = from_list(params)
        self.rest = None
        if len(params) >= 2 and params[-2] is REST:
            self.rest = params[-1]
            params = params[:-2]
        self.params = params

    def bind(self, args):
        env = Environment(self.env)
        count = len(self.params)
        if len(args) < count or (len(args) > count and self.rest is None):
            raise LispError('%s takes %d arguments, not %d' % (
                self.name, count, len(args)))
        values = env.values
        for param, arg in zip(self.params, args):
            values[param] = arg
        if self.rest is not None:
            values[self.rest] = to_list(args[count:])
        return env


class Primitive(object):
    def __init__(self, name, function):
        self.name = name
        self.function = function


def truth(value):
    return T if value else NIL


class Lisp(object):
    def __init__(self):
        self.globals = Environment(None)
        self.macros = {}
        self.special = {}
        self.calls = 0
        for name in ('quote', 'if', 'define', 'set!', 'lambda', 'let',
                     'begin', 'while', 'and', 'or', 'defmacro', 'cond'):
            method = name.replace('!', '')
            self.special[intern(name)] = getattr(self, 'form_' + method)
        self.globals.values[NIL] = NIL
        self.globals.values[T] = T
        for name, function in PRIMITIVES.items():
            symbol = intern(name)
            self.globals.values[symbol] = Primitive(name, function)

    # Special forms: each gives (value, None, None) or, for a tail call,
    # (None, expression, environment).

    def form_quote(self, args, env):
        return args.head, None, None

    def form_if(self, args, env):
        if self.eval(args.head, env) is not NIL:
            return None, args.tail.head, env
        if args.tail.tail is NIL:
            return NIL, None, None
        return None, args.tail.tail.head, env

    def form_define(self, args, env):
        target = args.head
        if isinstance(target, Pair):
            value = Closure(target.head.name, target.tail, args.tail, env)
            target = target.head
        else:
            value = self.eval(args.tail.head, env)
        env.values[target] = value
        return target, None, None

    def form_set(self, args, env):
        value = self.eval(args.tail.head, env)
        env.find(args.head).values[args.head] = value
        return value, None, None

    def form_lambda(self, args, env):
        return Closure('lambda', args.head, args.tail, env), None, None

    def form_let(self, args, env):
        inner = Environment(env)
        for binding in from_list(args.head):
            inner.values[binding.head] = self.eval(binding.tail.head, env)
        return self.form_begin(args.tail, inner)

    def form_begin(self, args, env):
        if args is NIL:
            return NIL, None, None
        while args.tail is not NIL:
            self.eval(args.head, env)
            args = args.tail
        return None, args.head, env

    def form_while(self, args, env):
        while self.eval(args.head, env) is not NIL:
            body = args.tail
            while body is not NIL:
                self.eval(body.head, env)
                body = body.tail
        return NIL, None, None

    def form_and(self, args, env):
        value = T
        while args is not NIL:
            value = self.eval(args.head, env)
            if value is NIL:
                break
            args = args.tail
        return value, None, None

    def form_or(self, args, env):
        value = NIL
        while args is not NIL:
            value = self.eval(args.head, env)
            if value is not NIL:
                break
            args = args.tail
        return value, None, None

    def form_cond(self, args, env):
        while args is not NIL:
            clause = args.head
            if self.eval(clause.head, env) is not NIL:
                return self.form_begin(clause.tail, env)
            args = args.tail
        return NIL, None, None

    def form_defmacro(self, args, env):
        name = args.head.head
        self.macros[name] = Closure(name.name, args.head.tail, args.tail, env)
        return name, None, None

    def eval(self, expr, env):
        while True:
            if isinstance(expr, Symbol):
                return env.find(expr).values[expr]
            if not isinstance(expr, Pair):
                return expr
            head = expr.head
            if isinstance(head, Symbol):
                form = self.special.get(head)
                if form is not None:
                    value, expr, env = form(expr.tail, env)
                    if expr is None:
                        return value
                    continue
                macro = self.macros.get(head)
                if macro is not None:
                    expr = self.apply(macro, from_list(expr.tail))
                    continue
            function = self.eval(head, env)
            args = []
            rest = expr.tail
            while rest is not NIL:
                args.append(self.eval(rest.head, env))
                rest = rest.tail
            self.calls += 1
            if isinstance(function, Primitive):
                return function.function(*args)
            if not isinstance(function, Closure):
                raise LispError('%s is not a function' % show(function))
            env = function.bind(args)
            value, expr, env = self.form_begin(function.body, env)
            if expr is None:
                return value

    def apply(self, function, args):
        if isinstance(function, Primitive):
            return function.function(*args)
        value, expr, env = self.form_begin(function.body, function.bind(args))
        return value if expr is None else self.eval(expr, env)

    def run(self, text):
        value = NIL
        for expr in Reader(text).read_all():
            value = self.eval(expr, self.globals)
        return value


def total(*numbers):
    result = 0
    for n in numbers:
        result += n
    return result


def product(*numbers):
    result = 1
    for n in numbers:
        result *= n
    return result


def car(pair):
    if not isinstance(pair, Pair):
        raise LispError('car of %s' % show(pair))
    return pair.head


def cdr(pair):
    if not isinstance(pair, Pair):
        raise LispError('cdr of %s' % show(pair))
    return pair.tail


def minus(first, *others):
    if not others:
        return -first
    for n in others:
        first -= n
    return first


PRIMITIVES = {
    '+': total,
    '*': product,
    '-': minus,
    'quotient': lambda a, b: a // b,
    'mod': lambda a, b: a % b,
    '=': lambda a, b: truth(a == b),
    '<': lambda a, b: truth(a < b),
    '>': lambda a, b: truth(a > b),
    'eq?': lambda a, b: truth(a is b),
    'not': lambda a: truth(a is NIL),
    'null?': lambda a: truth(a is NIL),
    'pair?': lambda a: truth(isinstance(a, Pair)),
    'symbol?': lambda a: truth(isinstance(a, Symbol)),
    'number?': lambda a: truth(isinstance(a, int)),
    'cons': Pair,
    'car': car,
    'cdr': cdr,
    'cadr': lambda a: car(cdr(a)),
    'caddr': lambda a: car(cdr(cdr(a))),
    'list': lambda *items: to_list(items),
}

LIBRARY = '''
(define (map f l) (if (null? l) nil (cons (f (car l)) (map f (cdr l)))))
(define (filter f l)
  (cond ((null? l) nil)
        ((f (car l)) (cons (car l) (filter f (cdr l))))
        (t (filter f (cdr l)))))
(define (fold f acc l) (if (null? l) acc (fold f (f acc (car l)) (cdr l))))
(define (append a b) (if (null? a) b (cons (car a) (append (cdr a) b))))
(define (reverse l) (fold (lambda (acc x) (cons x acc)) nil l))
(define (range a b)
  (let ((out nil))
    (while (< a b) (set! b (- b 1)) (set! out (cons b out)))
    out))
(define (length l) (fold (lambda (n x) (+ n 1)) 0 l))
(defmacro (unless test &rest body)
  (list 'if test nil (cons 'begin body)))
(defmacro (inc! place) (list 'set! place (list '+ place 1)))
'''

PROGRAMS = [
    # doubly recursive
    '(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))) (fib 14)',
    # tail calls do not grow the stack
    '''(define (even? n) (if (= n 0) t (odd? (- n 1))))
       (define (odd? n) (if (= n 0) nil (even? (- n 1))))
       (even? 3000)''',
    # closures and assignment
    '''(define (counter) (let ((n 0)) (lambda (by) (set! n (+ n by)) n)))
       (define a (counter)) (define b (counter))
       (define i 0)
       (while (< i 500) (a 2) (unless (= (mod i 3) 0) (b 1)) (inc! i))
       (list (a 0) (b 0))''',
    # quicksort
    '''(define (sort l)
         (if (null? l) nil
           (let ((p (car l)))
             (append (sort (filter (lambda (x) (< x p)) (cdr l)))
                     (cons p (sort (filter (lambda (x) (not (< x p)))
                                           (cdr l))))))))
       (sort (map (lambda (n) (mod (* n 37) 61)) (range 0 40)))''',
    # queens
    '''(define (safe? row dist placed)
         (or (null? placed)
             (and (not (= (car placed) row))
                  (not (= (car placed) (+ row dist)))
                  (not (= (car placed) (- row dist)))
                  (safe? row (+ dist 1) (cdr placed)))))
       (define (queens n k placed)
         (if (= k 0) 1
           (fold (lambda (sum row)
                   (if (safe? row 1 placed)
                       (+ sum (queens n (- k 1) (cons row placed)))
                       sum))
                 0 (range 0 n))))
       (queens 5 5 nil)''',
    # symbolic differentiation
    '''(define (sum a b)
         (cond ((and (number? a) (number? b)) (+ a b))
               ((and (number? a) (= a 0)) b)
               ((and (number? b) (= b 0)) a)
               (t (list '+ a b))))
       (define (prod a b)
         (cond ((and (number? a) (number? b)) (* a b))
               ((and (number? a) (= a 0)) 0)
               ((and (number? b) (= b 0)) 0)
               ((and (number? a) (= a 1)) b)
               ((and (number? b) (= b 1)) a)
               (t (list '* a b))))
       (define (deriv e x)
         (cond ((number? e) 0)
               ((symbol? e) (if (eq? e x) 1 0))
               ((eq? (car e) '+) (sum (deriv (cadr e) x) (deriv (caddr e) x)))
               (t (sum (prod (cadr e) (deriv (caddr e) x))
                       (prod (deriv (cadr e) x) (caddr e))))))
       (deriv '(* (+ x (* 3 (* x x))) (* y (+ x 2))) 'x)''',
]

BAD = ['(car 1)', '(nothing)', '((lambda (x) x))', '(1 2)', ')', '(+ 1']


def run():
    lisp = Lisp()
    lisp.run(LIBRARY)
    lines = [show(lisp.run(program)) for program in PROGRAMS]
    for bad in BAD:
        try:
            lines.append(show(lisp.run(bad)))
        except LispError as e:
            lines.append('%s: %s' % (bad, e))
    lines.append('%d calls' % lisp.calls)
    return '\n'.join(lines)


if __name__ == '__main__':
    main(run, 4)
