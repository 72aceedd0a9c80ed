#!/usr/bin/env python3
"""Runs the same targets and rules through tocsin and Prometheus, side by side, and prints the ratios.

Each server runs twice over the same fleet: without rules for the cost of a scraped sample and the memory of a
series, and with them for the cost of a series that a rule reads. CPU seconds are user and system time as the
kernel accounts them. Both run at the same time, so that whatever else the machine does disturbs both.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SERIES_PER_TARGET = 1000
INTERVAL_S = 5
TICKS = os.sysconf("SC_CLK_TCK")
# What the rules of peers_rules.json read, by selector.
READ = ["up", "DCGM_FI_DEV_GPU_TEMP", "nvidia_gpu_memory_used_bytes", "nvidia_gpu_memory_total_bytes", "nvidia_gpu_duty_cycle",
        "DCGM_FI_DEV_XID_ERRORS", "llm_requests_total", 'llm_requests_total{status=~"5.."}', "llm_requests_total",
        "llm_request_duration_seconds_sum", "llm_request_duration_seconds_count", "llm_request_duration_seconds_bucket",
        "llm_time_to_first_token_seconds_bucket", "vllm:num_requests_waiting", "vllm:num_requests_running", "llm_requests_total"]


class Process:
    """A child and what it costs. Ended by its own number."""

    def __init__(self, argv, log):
        self.log = log
        self.child = subprocess.Popen([str(a) for a in argv], stdout=open(log, "wb"), stderr=subprocess.STDOUT)

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss_bytes(self):
        for line in pathlib.Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        return 0

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()


def wait_until_ready(process, url):
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        if process.child.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"{url} does not answer:\n{pathlib.Path(process.log).read_text()[-2000:]}")


def count(port, selector):
    query = urllib.parse.urlencode({"query": f"count({selector})"})
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query?{query}", timeout=30) as answer:
        result = json.load(answer)["data"]["result"]
    return float(result[0]["value"][1]) if result else 0.0


def configuration(args, rules):
    fleet = f"127.0.0.1:{args.port}"
    groups = [{"targets": [fleet], "labels": {"__metrics_path__": f"/{i}/metrics", "instance": f"node-{i}", "cluster": f"c{i % 10}"}}
              for i in range(args.targets)]
    interval = f"{INTERVAL_S}s"
    config = {"global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
              "scrape_configs": [{"job_name": "fleet", "static_configs": groups}]}
    if rules:
        config["rule_files"] = [str(HERE / "peers_rules.json")]
    return json.dumps(config)  # JSON is YAML, too.


def measure(args, folder, rules):
    """One run of both servers: {name: (CPU seconds, RSS)} and the series that one evaluation reads."""
    folder.mkdir()
    (folder / "config.yml").write_text(configuration(args, rules))
    ports = {"tocsin": args.port + 1, "prometheus": args.port + 2}
    commands = {
        "tocsin": [args.build / "tocsin", "serve", f"--config.file={folder}/config.yml", f"--storage.path={folder}/tocsin",
                   f"--web.listen-address=127.0.0.1:{ports['tocsin']}"],
        "prometheus": [args.prometheus, f"--config.file={folder}/config.yml", f"--storage.tsdb.path={folder}/prometheus",
                       f"--web.listen-address=127.0.0.1:{ports['prometheus']}", "--log.level=warn"],
    }
    running = {}
    try:
        for name, command in commands.items():
            running[name] = Process(command, folder / f"{name}.log")
            wait_until_ready(running[name], f"http://127.0.0.1:{ports[name]}/-/ready")
        time.sleep(args.warmup)
        before = {name: process.cpu_s() for name, process in running.items()}
        time.sleep(args.seconds)
        costs = {name: (process.cpu_s() - before[name], process.rss_bytes()) for name, process in running.items()}
        up = {name: count(ports[name], "up == 1") for name in running}
        if set(up.values()) != {float(args.targets)}:
            sys.exit(f"not every target is up: {up}")
        return costs, sum(count(ports["tocsin"], selector) for selector in READ)
    finally:
        for process in running.values():
            process.stop()


def print_table(args, plain, ruled, read):
    scrapes = args.seconds / INTERVAL_S
    samples = scrapes * args.targets * SERIES_PER_TARGET
    rows = [("CPU per scraped sample, µs", {n: c[0] / samples * 1e6 for n, c in plain.items()}),
            ("RSS per series, B", {n: c[1] / (args.targets * SERIES_PER_TARGET) for n, c in plain.items()}),
            ("CPU per series read by a rule, µs", {n: max(ruled[n][0] - plain[n][0], 0) / (scrapes * read) * 1e6 for n in plain})]
    print(f"{args.targets} targets × {SERIES_PER_TARGET} series every {INTERVAL_S} s, {args.seconds:.0f} s; "
          f"{read:.0f} series read per evaluation")
    print(f"{'':36}{'tocsin':>12}{'prometheus':>12}{'ratio':>8}")
    for title, values in rows:
        ours, theirs = values["tocsin"], values["prometheus"]
        ratio = f"{theirs / ours:.1f}" if ours > 0 else "-"
        print(f"{title:36}{ours:12.3f}{theirs:12.3f}{ratio:>8}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--prometheus", default="prometheus")
    parser.add_argument("--targets", type=int, default=100)
    parser.add_argument("--warmup", type=float, default=70, help="seconds before the window: the rules' ranges are one minute")
    parser.add_argument("--seconds", type=float, default=60, help="length of the window")
    parser.add_argument("--port", type=int, default=22400, help="this and the next two are used")
    args = parser.parse_args()
    if shutil.which(args.prometheus) is None:
        sys.exit(f"no program {args.prometheus}: install Debian's prometheus or set PROMETHEUS_BIN")
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as root:
        folder = pathlib.Path(root)
        fleet = Process([args.build / "bench/fleet_server", f"127.0.0.1:{args.port}"], folder / "fleet.log")
        try:
            wait_until_ready(fleet, f"http://127.0.0.1:{args.port}/0/metrics")
            plain, _ = measure(args, folder / "plain", rules=False)
            ruled, read = measure(args, folder / "ruled", rules=True)
        finally:
            fleet.stop()
    print_table(args, plain, ruled, read)


if __name__ == "__main__":
    main()
