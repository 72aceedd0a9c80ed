"""Targets that misbehave: up is 0, the reason is shown, the others are undisturbed."""
import contextlib
import gzip
import re

from support.cases import case, contains, equal, eventually, main
from support.fakes import ClosedPort, RawTarget, Target
from support.process import Tocsin

CONFIG = """
global: {scrape_interval: 2s, scrape_timeout: 1900ms}
scrape_configs:
"""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"


def job(name, address, extra=""):
    return f"  - job_name: {name}\n    static_configs: [{{targets: ['{address}']}}]\n{extra}"


def hang(connection, fake):
    fake.released.wait()


def hang_after_head(connection, fake):
    connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nmetric 1\n")
    fake.released.wait()


def drip(connection, fake):
    connection.sendall(HEAD + b"\r\n")
    while not fake.released.wait(0.1):
        connection.sendall(b"#")


def promise_more(connection, _):
    connection.sendall(HEAD + b"Content-Length: 5000\r\nConnection: close\r\n\r\nmetric 1\n")


def promise_nonsense(connection, _):
    connection.sendall(HEAD + b"Content-Length: minus one\r\n\r\nmetric 1\n")


def endless(connection, fake):
    connection.sendall(HEAD + b"Connection: close\r\n\r\n")
    line = b"metric{n=\"" + b"x" * 200 + b"\"} 1\n"
    while not fake.released.wait(0.01):  # The fakes share one processor with what they test.
        connection.sendall(line * 1000)


def endless_chunked(connection, fake):
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while not fake.released.wait(0.01):
        connection.sendall(b"10000\r\n" + b"#" * 0x10000 + b"\r\n")


def endless_head(connection, fake):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not fake.released.wait(0.001):
        connection.sendall(b"X-Filler: " + b"y" * 8000 + b"\r\n")


def garbage(connection, _):
    connection.sendall(bytes(range(256)) * 20)


def garbage_body(connection, _):
    body = bytes(range(256)) * 20
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def html(connection, _):
    body = b"<html><body>login first</body></html>"
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def close_at_once(_connection, _fake):
    pass


def close_midway(connection, _):
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n20\r\nmetric 1\nmetr")


BOMB = gzip.compress(b"# " + b"a" * 400_000_000 + b"\n", 9)


def bomb(connection, _):
    connection.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB)


def broken_gzip(connection, _):
    connection.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 11\r\n\r\nnot gzipped")


def redirect_forever(connection, _):
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /metrics\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


LIMIT = "    body_size_limit: 1MB\n"

# name -> (script, further keys of the job, what lastError says)
BAD = {
    "hangs": (hang, "", "(?i)timeout|deadline"),
    "hangs_midway": (hang_after_head, "", "(?i)timeout|deadline"),
    "drips": (drip, "", "(?i)timeout|deadline"),
    "promises_more": (promise_more, "", "EOF|deadline"),
    "promises_nonsense": (promise_nonsense, "", "malformed|deadline"),
    "endless": (endless, LIMIT, "(?i)body.*limit|timeout|deadline"),
    "endless_chunked": (endless_chunked, LIMIT, "(?i)body.*limit|timeout|deadline"),
    "endless_without_limit": (endless, "", ""),
    "endless_head": (endless_head, "", "headers are too large|deadline"),
    "garbage": (garbage, "", "malformed|deadline"),
    "garbage_body": (garbage_body, "", "line 1: |deadline"),
    "html": (html, "", "text/html|deadline"),
    "closes_at_once": (close_at_once, "", "EOF|deadline"),
    "closes_midway": (close_midway, "", "EOF|deadline"),
    "gzip_bomb": (bomb, LIMIT, "(?i)body.*limit"),
    "gzip_bomb_without_limit": (bomb, "", "body size limit|deadline"),
    "broken_gzip": (broken_gzip, "", "compression|deadline"),
    "redirects_forever": (redirect_forever, "", "(?i)redirect|timeout|deadline"),
}


@case
def bad_targets_are_down_with_a_reason_and_disturb_nobody():
    with contextlib.ExitStack() as stack:
        good = stack.enter_context(Target({"/metrics": "answer 42\n"}))
        config = CONFIG + job("good", good.address)
        for name, (script, extra, _) in BAD.items():
            config += job(name, stack.enter_context(RawTarget(script)).address, extra)
        config += job("refuses", stack.enter_context(ClosedPort()).address)
        config += job("unknown_host", "no-such-host.invalid:80")
        config += job("not_found", good.address, "    metrics_path: /nothing\n")
        server = stack.enter_context(Tocsin({"prometheus.yml": config}))
        names = set(BAD) | {"refuses", "unknown_host", "not_found"}
        eventually("the good target is up", lambda: server.value("up{job='good'}") == 1)
        eventually("every other has been tried and is down",
                   lambda: {m["job"] for m, v in server.query("up") if v == 0} == names)
        eventually("every reason is shown", lambda: check_reasons(server))
        check_undisturbed(server, good)


def check_reasons(server):
    errors = {t["labels"]["job"]: (t["health"], t["lastError"]) for t in server.targets()}
    equal(errors.pop("good"), ("up", ""))
    problems = [f"{name}: {health} {error!r}" for name, (health, error) in errors.items()
                if health != "down" or not error or not re.search(BAD.get(name, (0, 0, ""))[2], error)]
    equal("\n".join(problems), "")
    contains(errors["not_found"][1], "server returned HTTP status 404")
    contains(errors["refuses"][1].lower(), "refused")
    contains(errors["unknown_host"][1], "no-such-host.invalid")
    # Nothing of a failed scrape is stored.
    equal({m["job"] for m, _ in server.query('{job=~".+",__name__!~"up|scrape_.*"}')}, {"good"})
    return True


def check_undisturbed(server, good):
    """The good target is scraped on and on while the bad ones are at work, and memory stays bounded."""
    before = len(good.requests)
    eventually("three more scrapes of the good target",
               lambda: len([r for r in good.requests[before:] if r.path == "/metrics"]) >= 3)
    equal(server.value("answer"), 42.0)
    equal(server.value("min_over_time(up{job='good'}[1m])"), 1.0)
    eventually("the bad ones are tried again and again",
               lambda: server.value("count(count_over_time(up{job!='good'}[1m]) > 1)") == len(BAD) + 3)
    assert server.metric("process_resident_memory_bytes") < 1.5e9


@case
def lines_that_are_wrong_are_named():
    page = "good 1\nbad{label=} 2\n"
    with Target({"/metrics": page}) as target, Tocsin({"prometheus.yml": CONFIG + job("a", target.address)}) as server:
        eventually("it is down", lambda: server.targets()[0]["health"] == "down")
        contains(server.targets()[0]["lastError"], "line 2")
        equal(server.value("up"), 0.0)
        equal(server.query("good"), [])
        target.pages["/metrics"] = "good 1\n"
        eventually("it recovers", lambda: server.value("up") == 1 and server.value("good") == 1)
        eventually("the error is gone", lambda: server.targets()[0]["lastError"] == "")


@case
def series_of_a_failing_target_go_stale_at_once():
    with Target({"/metrics": "fine 1\ngone 1\n"}) as target, \
            Tocsin({"prometheus.yml": CONFIG + job("a", target.address)}) as server:
        eventually("both are there", lambda: server.value("fine + on() gone") == 2)
        target.pages["/metrics"] = "fine 1\n"
        eventually("the one that vanished is stale", lambda: server.query("gone") == [])
        equal(server.value("fine"), 1.0)
        target.status = 500
        eventually("all are stale", lambda: server.value("up") == 0 and server.query("fine") == [])
        eventually("the reason is shown",
                   lambda: "server returned HTTP status 500" in server.targets()[0]["lastError"])
        target.status = 200
        eventually("it is back", lambda: server.value("fine") == 1)


@case
def too_many_samples_are_refused_whole():
    page = "".join(f"m{i} 1\n" for i in range(11))
    with Target({"/metrics": page}) as target, \
            Tocsin({"prometheus.yml": CONFIG + job("a", target.address, "    sample_limit: 10\n")}) as server:
        eventually("it is down", lambda: server.value("up") == 0)
        eventually("the reason is shown", lambda: "sample limit exceeded" in server.targets()[0]["lastError"])
        equal(server.query("m1"), [])
        equal(server.value("scrape_samples_scraped"), 11.0)


main()
