"""Runs the cases of a program and waits for conditions; every program ends with "N passed, N failed"."""
import contextlib
import os
import sys
import time
import traceback

# Nothing waits this long unless something is wrong, on a busy machine and under a sanitizer, too.
DEADLINE_SECONDS = float(os.environ.get("TOCSIN_E2E_DEADLINE", "150"))

_cases = []
# Called again and again while something is awaited; they raise when that is in vain.
watches = []


def case(function):
    """Marks a function as a case; it takes no arguments and fails by raising."""
    _cases.append(function)
    return function


def main():
    """Runs all cases, or those whose name contains an argument after the program's path."""
    wanted = sys.argv[2:]
    passed = failed = 0
    for function in _cases:
        if wanted and not any(part in function.__name__ for part in wanted):
            continue
        started = time.monotonic()
        try:
            function()
        except BaseException as error:  # pylint: disable=broad-except
            if isinstance(error, KeyboardInterrupt):
                raise
            failed += 1
            print(f"FAILED {function.__name__}", flush=True)
            traceback.print_exc(file=sys.stdout)
        else:
            passed += 1
            print(f"ok     {function.__name__} ({time.monotonic() - started:.1f} s)", flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or not passed else 0)


def eventually(what, check, seconds=None):
    """Calls check() until it returns something true, which is returned; `what` says what was awaited.

    An AssertionError, KeyError, IndexError or OSError inside check() counts as "not yet". A program
    under test that has died by itself ends the wait.
    """
    end = time.monotonic() + (seconds or DEADLINE_SECONDS)
    last = None
    while True:
        for watch in list(watches):
            watch()
        try:
            if value := check():
                return value
            last = "no error"
        except (AssertionError, LookupError, OSError) as error:
            last = f"last error: {type(error).__name__}: {error}"
        if time.monotonic() > end:
            raise AssertionError(f"did not happen in time: {what}; {last}")
        time.sleep(0.03)


def equal(got, expected, what=""):
    """Fails with both values when they differ."""
    if got != expected:
        raise AssertionError(f"{what or 'values differ'}\n  expected: {expected!r}\n       got: {got!r}")


def contains(text, part):
    """Fails with the text when `part` is not in it."""
    if part not in text:
        raise AssertionError(f"{part!r} is not in:\n{text}")


@contextlib.contextmanager
def group(what):
    """Adds `what` to the failure of anything inside."""
    try:
        yield
    except Exception as error:
        raise AssertionError(f"{what}: {error}") from error
