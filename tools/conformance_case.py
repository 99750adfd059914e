"""Runs one module of CPython's test package and writes down what became of each case.

    python conformance_case.py MODULE RESULTS [SKIP...]

Runs on the interpreter under test (Python 2.7), started by tools/conformance. RESULTS gets a
line before and after every case, flushed, so that a crash shows where it was:
"start ID", then "ok ID", "skip ID", "fail ID", with what is known about a failure behind it
as a repr(). A SKIP is the ID of a case that is not to be run (it crashed last time).
"""
import os
import sys
import traceback
import types
import unittest

out = None
skipped = set()


def note(word, case, detail=''):
    out.write('%s\t%s\t%s\n' % (word, case.replace('\t', ' ').replace('\n', ' '),
                                repr(detail) if detail else ''))
    out.flush()


def describe(error):
    """The traceback, and last of all the exception alone."""
    try:
        return ''.join(traceback.format_exception(*error))
    except Exception:
        return '%s: (its traceback cannot be shown)' % (error[0].__name__,)


class Result(unittest.TestResult):
    def startTest(self, test):
        unittest.TestResult.startTest(self, test)
        note('start', test.id())

    def addSuccess(self, test):
        note('ok', test.id())

    def addError(self, test, error):
        unittest.TestResult.addError(self, test, error)
        note('fail', test.id(), describe(error))

    addFailure = addError

    def addSkip(self, test, reason):
        unittest.TestResult.addSkip(self, test, reason)
        note('skip', test.id(), str(reason))

    def addExpectedFailure(self, test, error):
        note('ok', test.id())

    def addUnexpectedSuccess(self, test):
        note('ok', test.id())


def leave_out(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            leave_out(test)
        elif test.id() in skipped:
            test.run = lambda result: None


def run_suite(suite):
    leave_out(suite)
    suite.run(Result())


def run_doctest(module, verbosity=None):
    import doctest
    runs = 0
    for test in doctest.DocTestFinder().find(module):
        case = 'doctest.' + test.name
        if not test.examples or case in skipped:
            continue
        note('start', case)
        said = []
        runner = doctest.DocTestRunner(verbose=False)
        runner.run(test, out=said.append)
        runs += runner.tries
        if runner.failures:
            note('fail', case, ''.join(said))
        else:
            note('ok', case)
    return 0, runs


def main(name):
    case = 'module ' + name
    note('start', case)
    try:
        for missing in ('socket', 'struct'):  # the test package imports them, whether or not
            try:
                __import__(missing)
            except ImportError:
                module = sys.modules[missing] = types.ModuleType(missing)
                module.AF_INET = module.SOCK_STREAM = module.has_ipv6 = 0
                module.error = EnvironmentError
        from test import test_support
        support = sys.modules[test_support.run_unittest.__module__]
        for module in (test_support, support):
            module._run_suite = run_suite
            module.run_doctest = run_doctest
            module.verbose = 0
            module.use_resources = []
        module = __import__('test.' + name, fromlist=['test'])
        if hasattr(module, 'test_main'):
            module.test_main()
    except unittest.SkipTest as e:
        note('skip', case, str(e))
    except KeyboardInterrupt:
        raise
    except:
        note('fail', case, describe(sys.exc_info()))
    else:
        note('ok', case)
    out.flush()


if __name__ == '__main__':
    out = open(sys.argv[2], 'a')
    skipped.update(sys.argv[3:])
    sys.path[0] = os.getcwd()
    name = sys.argv[1]
    del sys.argv[1:]
    main(name)
