#!/usr/bin/env python3
"""Turns a verbose ctest log into failures, skips and a closing line "N passed, N failed".

Counts test cases: those of GoogleTest programs from their own summaries, of scripts that print
"N passed, N failed" from that line, and one for a program that prints neither. A program that ctest
calls failed counts at least one failure, whatever it printed.
"""
import re
import sys

RESULT = re.compile(r"^\s*\d+/\d+ Test\s+#(\d+): (\S+) \.*\s*(Passed|\*\*\*.*?)\s+[\d.]+ sec")
LINE = re.compile(r"^(\d+): (.*)$")


def main(path):
    output, results = {}, []
    with open(path, errors="replace") as log:
        for raw in log:
            raw = raw.rstrip("\n")
            if match := LINE.match(raw):
                output.setdefault(int(match[1]), []).append(match[2])
            elif match := RESULT.match(raw):
                results.append((int(match[1]), match[2], match[3]))
    passed = failed = skipped = 0
    for number, name, verdict in sorted(results):
        lines = output.get(number, [])
        counts = count(lines)
        bad = verdict != "Passed"
        if counts is None:
            counts = (0 if bad else 1, 1 if bad else 0, 0)
        if bad and counts[1] == 0:
            counts = (counts[0], 1, counts[2])
        passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
        print(f"{'FAIL' if bad else 'ok  '} {name}: {counts[0]} passed, {counts[1]} failed"
              + (f", {counts[2]} skipped" if counts[2] else ""))
        if bad:
            print("\n".join("    " + line for line in lines[-200:]))
    if not results:
        print("no tests ran; the build or ctest failed:")
        with open(path, errors="replace") as log:
            print("".join(log.readlines()[-40:]))
        failed = 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


def count(lines):
    """(passed, failed, skipped) as the program itself reports them, or None."""
    passed = failed = skipped = 0
    seen = False
    for line in lines:
        if match := re.match(r"^\[  PASSED  \] (\d+) tests?", line):
            passed, seen = passed + int(match[1]), True
        elif match := re.match(r"^\[  FAILED  \] (\d+) tests?, listed", line):
            failed, seen = failed + int(match[1]), True
        elif match := re.match(r"^\[  SKIPPED \] (\d+) tests?, listed", line):
            skipped, seen = skipped + int(match[1]), True
        elif match := re.match(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", line):
            passed, failed, seen = passed + int(match[1]), failed + int(match[2]), True
            skipped += int(match[3] or 0)
    return (passed, failed, skipped) if seen else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
