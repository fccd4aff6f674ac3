"""Runs the tests of a file beside each other: those of AWS wait for their turn at a call more than they work. Tests of one class that share what `setUpClass` makes stay
together. With names on the command line it is `unittest.main()`."""
import concurrent.futures
import sys
import time
import unittest

AT_ONCE = 6


def units(suite):
    """What may run beside the rest: single tests, and classes with something shared."""
    shared = {}
    for case in (test for group in suite for test in group):
        kind = type(case)
        alone = kind.setUpClass.__func__ is unittest.TestCase.setUpClass.__func__
        shared.setdefault(case.id() if alone else kind, []).append(case)
    return [unittest.TestSuite(cases) for cases in shared.values()]


def play(suite):
    begun, result = time.monotonic(), unittest.TestResult()
    suite.run(result)
    return result, time.monotonic() - begun


def main():
    if len(sys.argv) > 1:
        unittest.main(module="__main__")
    good, count = True, 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for result, seconds in pool.map(play, units(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))):
            good, count = good and result.wasSuccessful(), count + result.testsRun
            for case, trace in result.failures + result.errors:
                print(f"FAIL: {case.id()} ({seconds:.0f} s)\n{trace}", file=sys.stderr)
            for case, reason in result.skipped:
                print(f"skipped {case}: {reason}", file=sys.stderr)
            for case in result.unexpectedSuccesses:
                print(f"FAIL: {case.id()} was meant to fail", file=sys.stderr)
    print(f"{count} tests, {'all good' if good and count else 'FAILED'}", file=sys.stderr)
    sys.exit(0 if good and count else 1)
