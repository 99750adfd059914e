"""What every benchmark program shares: `prog.py [N]` and BENCH_STEADY=1.

A program hands main() a function that does one iteration and returns its
result as text. The first result is printed; the others must equal it, so that
an iteration run by compiled code is checked against the interpreted one.
"""
from __future__ import print_function

import os
import sys
import time


def steady_state(run, count):
    """Seconds of one iteration once warm: the median of the later half."""
    times = []
    for _ in range(count):
        start = time.time()
        run()
        times.append(time.time() - start)
    later = sorted(times[count // 2:])
    return later[len(later) // 2]


def main(run, iterations, steady=50):
    """Runs `iterations` times (or argv[1]), or `steady` times when measuring."""
    if os.environ.get('BENCH_STEADY') == '1':
        first = run()
        seconds = steady_state(run, steady)
        print(first)
        print('steady %.6f' % seconds, file=sys.stderr)
        return
    if len(sys.argv) > 1:
        iterations = int(sys.argv[1])
    first = None
    for i in range(iterations):
        result = run()
        if first is None:
            first = result
            print(first)
        elif result != first:
            print('iteration %d gives something else:' % (i + 1))
            print(result)
            sys.exit(1)
