#!/usr/bin/env python3
"""Asks a real Prometheus and this engine the same random questions about the same random data.

  PROMETHEUS_BIN=/path/to/prometheus tests/diff/run.py --tocsin build/tocsin --queries 2000

Prints every difference that differences.py does not explain, and "N passed, N failed, N skipped".
"""
import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile

import peer
import remote_write
from compare import compare
from differences import explanation
from queries import Generator
from series import STEP_SECONDS, STEPS, generate, load_block

BATCH = 50
END = STEPS * STEP_SECONDS


def times_of(rng):
    """The subcommand, the API's path and its times, for a batch."""
    if rng.random() < 0.5:
        t = rng.choice([rng.randrange(END + 400), round(rng.uniform(0, END), 3)])
        return "instant", "/api/v1/query", {"time": str(t)}
    start = rng.randrange(END - 300)
    step = rng.choice([7, 15, 30, 60, 61.5, 300])
    end = start + rng.randrange(1, 900)
    return "range", "/api/v1/query_range", {"start": str(start), "end": str(end), "step": str(step)}


def ours(options, data, folder, command, times, queries):
    path = os.path.join(folder, "queries")
    with open(path, "w", encoding="utf-8") as f:
        f.write("".join(q + "\n" for q in queries))
    flags = [x for name, value in times.items() for x in (f"--{name}", value)]
    done = subprocess.run([options.tocsin, "query", command, "--data", data, "--queries", path,
                           f"--enable-feature={options.features}"] + flags,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command} {times}: exit {done.returncode}: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def run_seed(options, program, seed, folder):
    """Of one set of series, with a Prometheus of its own."""
    prometheus = peer.Prometheus(program, options.features)
    try:
        return ask_both(options, prometheus, seed, folder)
    finally:
        prometheus.close()


def ask_afresh(prometheus, series, path, parameters):
    fresh = peer.Prometheus(prometheus.path, prometheus.features)
    try:
        remote_write.send(fresh.url, series)
        return fresh.ask(path, parameters)
    finally:
        fresh.close()


def ask_both(options, prometheus, seed, folder):
    rng = random.Random(seed)
    series = generate(seed)
    data = os.path.join(folder, f"data-{seed}")
    with open(data, "w", encoding="utf-8") as f:
        f.write(load_block(series))
    remote_write.send(prometheus.url, series)
    counts = collections.Counter()
    generator = Generator(rng, END)
    left = options.queries // options.seeds
    while left > 0:
        command, path, times = times_of(rng)
        queries = [generator.query() for _ in range(min(BATCH, left))]
        left -= len(queries)
        answers = ours(options, data, folder, command, times, queries)
        for query, answer in zip(queries, answers, strict=True):
            real = prometheus.ask(path, {"query": query, **times})
            fault = compare(query, answer, real)
            reason = explanation(query, fault, command == "range") if fault else ""
            if fault and not reason:
                # Histograms of 3.5 can depend on the queries before: here there are none.
                fault = compare(query, answer,
                                ask_afresh(prometheus, series, path, {"query": query, **times}))
            counts["failed" if fault and not reason else "explained" if reason else "passed"] += 1
            counts["errors"] += real["status"] == "error"
            counts["empty"] += real["status"] == "success" and real["data"]["result"] == []
            if fault and not reason:
                print(f"DIFFERS seed={seed} {command} {times}\n  {query}\n  {fault}")
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tocsin", required=True)
    parser.add_argument("--queries", type=int, default=300, help="in all")
    parser.add_argument("--seed", type=int, default=1, help="the first")
    parser.add_argument("--seeds", type=int, default=1, help="how many, one after the other")
    parser.add_argument("--features", default="promql-experimental-functions,promql-duration-expr",
                        help="of both; add promql-delayed-name-removal for the other name mode")
    options = parser.parse_args()
    program = peer.find()
    if program is None:
        print("PROMETHEUS_BIN names no Prometheus to compare with")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    counts = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="tocsin-diff-") as folder:
        for seed in range(options.seed, options.seed + options.seeds):
            counts += run_seed(options, program, seed, folder)
    print(f"seeds from {options.seed}, {options.seeds} of them")
    print(f"{counts['explained']} explained, {counts['errors']} errors, {counts['empty']} empty")
    print(f"{counts['passed']} passed, {counts['failed']} failed, 0 skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
