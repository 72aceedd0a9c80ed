#!/usr/bin/env python3
"""Runs the same targets and rules through tocsin and Prometheus, side by side, and prints the ratios.

Each server runs twice over the same fleet: without rules for the cost of a scraped sample and the memory of a
series, and with them for the cost of a series that a rule reads. CPU seconds are user and system time as the
kernel accounts them. All four run at the same time, so that whatever else the machine does disturbs all.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
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

    def ask_to_stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)

    def stop(self):
        self.ask_to_stop()
        if self.child.poll() is None:
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


def say(text):
    """Progress, beside the table on standard output."""
    print(text, file=sys.stderr, flush=True)


def pause(what, seconds):
    """Waits and says how far it is every quarter."""
    begin = time.monotonic()
    for quarter in range(1, 5):
        time.sleep(max(begin + seconds * quarter / 4 - time.monotonic(), 0))
        say(f"  {what}: {seconds * quarter / 4:.0f} of {seconds:.0f} s")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


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


def configuration(args, fleet, rules):
    groups = [{"targets": [fleet], "labels": {"__metrics_path__": f"/{i}/metrics", "instance": f"node-{i}", "cluster": f"c{i % 10}"}}
              for i in range(args.targets)]
    interval = f"{INTERVAL_S}s"
    config = {"global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
              "scrape_configs": [{"job_name": "fleet", "static_configs": groups}]}
    if rules:
        config["rule_files"] = [str(HERE / "peers_rules.json")]
    return json.dumps(config)  # JSON is YAML, too.


class Server(Process):
    """One of the four: a program with or without rules."""

    def __init__(self, args, fleet, folder, name, rules):
        self.port = free_port()
        folder = folder / f"{name}-{'ruled' if rules else 'plain'}"
        folder.mkdir()
        (folder / "config.yml").write_text(configuration(args, fleet, rules))
        address = f"--web.listen-address=127.0.0.1:{self.port}"
        config = f"--config.file={folder}/config.yml"
        command = {"tocsin": [args.build / "tocsin", "serve", config, address, f"--storage.path={folder}/data"],
                   "prometheus": [args.prometheus, config, address, f"--storage.tsdb.path={folder}/data", "--log.level=warn"]}
        super().__init__(command[name], folder / "log")
        self.cost = None  # CPU seconds and RSS of the window

    def check_up(self, targets):
        up = count(self.port, "up == 1")
        if up != targets:
            sys.exit(f"only {up:.0f} of {targets} targets are up")


def measure(args, fleet, folder):
    """All four servers through warm-up and window: {(name, rules): server}, and the series that one evaluation reads."""
    servers = {}
    try:
        for name in ("tocsin", "prometheus"):
            for rules in (False, True):
                servers[name, rules] = Server(args, fleet, folder, name, rules)
        for server in servers.values():
            wait_until_ready(server, f"http://127.0.0.1:{server.port}/-/ready")
        pause("warming up", args.warmup)
        before = {key: server.cpu_s() for key, server in servers.items()}
        pause("measuring", args.seconds)
        for key, server in servers.items():
            server.cost = (server.cpu_s() - before[key], server.rss_bytes())
        for server in servers.values():
            server.check_up(args.targets)
        return servers, sum(count(servers["tocsin", True].port, selector) for selector in READ)
    finally:
        for server in servers.values():
            server.ask_to_stop()
        for server in servers.values():
            server.stop()


def print_table(args, servers, read):
    scrapes = args.seconds / INTERVAL_S
    series = args.targets * SERIES_PER_TARGET
    names = ("tocsin", "prometheus")
    plain = {name: servers[name, False].cost for name in names}
    ruled = {name: servers[name, True].cost for name in names}
    for_rules = {name: max(ruled[name][0] - plain[name][0], 0) for name in names}
    rows = [("CPU of scraping, s", {n: plain[n][0] for n in names}),
            ("CPU per scraped sample, µs", {n: plain[n][0] / (scrapes * series) * 1e6 for n in names}),
            ("RSS, MB", {n: plain[n][1] / 1e6 for n in names}),
            ("RSS per series, B", {n: plain[n][1] / series for n in names}),
            ("CPU of rules, s", for_rules),
            ("CPU per series read by a rule, µs", {n: for_rules[n] / (scrapes * read) * 1e6 for n in names})]
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
    parser.add_argument("--warmup", type=float, default=65, help="seconds before the window: the rules' ranges are one minute")
    parser.add_argument("--seconds", type=float, default=45, help="length of the window")
    args = parser.parse_args()
    if shutil.which(args.prometheus) is None:
        sys.exit(f"no program {args.prometheus}: install Debian's prometheus or set PROMETHEUS_BIN")
    say(f"tocsin and {args.prometheus}, each without and with rules, scrape {args.targets} targets of {SERIES_PER_TARGET} series "
        f"every {INTERVAL_S} s;\n{args.warmup:.0f} s to warm up and {args.seconds:.0f} s to measure")
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as root:
        folder = pathlib.Path(root)
        fleet = f"127.0.0.1:{free_port()}"
        targets = Process([args.build / "bench/fleet_server", fleet], folder / "fleet.log")
        try:
            wait_until_ready(targets, f"http://{fleet}/0/metrics")
            servers, read = measure(args, fleet, folder)
        finally:
            targets.stop()
    print_table(args, servers, read)


if __name__ == "__main__":
    # A signal ends the servers, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
