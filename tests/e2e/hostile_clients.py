"""Clients that misbehave get a 4xx and a closed connection; the server stays well."""
import socket
import urllib.parse

from support.cases import DEADLINE_SECONDS, case, contains, equal, group, main
from support.process import Tocsin, http

FILES = {"prometheus.yml": "scrape_configs: []\n",
         "alertmanager.yml": "route: {receiver: a}\nreceivers: [{name: a}]\n"}


def exchange(server, data):
    """Sends bytes: all that comes back before the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE_SECONDS) as client:
        try:
            client.sendall(data)
        except OSError:
            pass  # It has closed already; the answer may still be there.
        answer = b""
        try:
            while part := client.recv(65536):
                answer += part
        except ConnectionResetError:
            pass
        return answer.decode("latin-1")


REQUEST = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n"

# name -> (bytes, statuses that may come)
BAD = {
    "no request": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n", ("400",)),
    "garbage": (bytes(range(1, 256)) * 4 + b"\r\n\r\n", ("400",)),
    "no version": (b"GET /\r\n\r\n", ("400", "505")),
    "version 2": (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", ("400", "505")),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", ("400",)),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", ("400",)),
    "two lengths": (REQUEST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", ("400",)),
    "negative length": (REQUEST + b"Content-Length: -1\r\n\r\n", ("400",)),
    "plus length": (REQUEST + b"Content-Length: +1\r\n\r\na", ("400",)),
    "length and chunked": (REQUEST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ("400",)),
    "unknown coding": (REQUEST + b"Transfer-Encoding: cow\r\n\r\n", ("400", "501")),
    "bad chunk": (REQUEST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", ("400",)),
    "space before colon": (REQUEST + b"X : y\r\n\r\n", ("400",)),
    "folded header": (REQUEST + b"X: y\r\n z\r\n\r\n", ("400",)),
    "null in header": (REQUEST + b"X: a\x00b\r\n\r\n", ("400",)),
    "long head": (REQUEST + b"X: " + b"y" * 200_000 + b"\r\n\r\n", ("431", "400", "414")),
    "long target": (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", ("431", "400", "414")),
    "many headers": (REQUEST + b"".join(b"H%d: v\r\n" % i for i in range(20_000)) + b"\r\n", ("431", "400")),
    "long body": (b"POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", ("413",)),
    "overflowing length": (REQUEST + b"Content-Length: 99999999999999999999999\r\n\r\n", ("400", "413")),
    "connect": (b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", ("400", "404", "405", "501")),
}


@case
def bad_requests_are_refused_and_closed():
    with Tocsin(FILES) as server:
        problems = []
        for name, (data, statuses) in BAD.items():
            answer = exchange(server, data)
            if answer[9:12] not in statuses or not answer.startswith("HTTP/1.1 "):
                problems.append(f"{name}: {answer[:200]!r}")
            equal(server.get("/-/healthy").status, 200, name)
        equal("\n".join(problems), "")


@case
def one_request_is_never_read_as_two():
    smuggled = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
    with Tocsin(FILES) as server:
        answer = exchange(server, REQUEST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled)
        equal(answer.count("HTTP/1.1 "), 1)
        assert "process_" not in answer


@case
def slow_clients_do_not_hold_up_others():
    with Tocsin(FILES) as server:
        slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
        for client in slow:
            client.sendall(b"GET /api/v1/query?query=1 HTTP/1.1\r\nHo")
        for _ in range(5):
            equal(server.get("/api/v1/query", query="1 + 1").json()["data"]["result"][1], "2")
        for client in slow:
            client.close()


@case
def clients_that_leave_do_no_harm():
    with Tocsin(FILES) as server:
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", server.port)) as client:
                client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 5)
        equal(server.get("/-/healthy").status, 200)


@case
def wrong_paths_methods_and_parameters():
    with Tocsin(FILES) as server:
        for path in ("/nothing", "/api/v1/nothing", "/api/v2/nothing", "/../../etc/passwd", "/%2e%2e/etc/passwd"):
            equal(server.get(path).status, 404, path)
        equal(server.get("/-/reload").status, 405)
        for parameters in ({"query": "sum("}, {"query": ""}, {"query": "1", "time": "soon"},
                           {"query": "1", "timeout": "never"}):
            with group(str(parameters)):
                answer = server.get("/api/v1/query", **parameters)
                equal(answer.status, 400)
                equal((answer.json()["status"], answer.json()["errorType"]), ("error", "bad_data"))
        for step, end in (("0", 10), ("-1", 10), ("1", 100_000), ("x", 10), ("1", -5)):
            equal(server.get("/api/v1/query_range", query="1", start=0, end=end, step=step).status, 400, f"{step} {end}")
        equal(server.get("/api/v1/series").status, 400)
        equal(server.get("/api/v1/series", match="{}").status, 400)


def post_query(server, expression):
    body = urllib.parse.urlencode({"query": expression})
    return http(server.base + "/api/v1/query", body, content_type="application/x-www-form-urlencoded")


@case
def hostile_queries_are_bounded():
    with Tocsin(FILES, "--query.max-samples=100000", "--query.timeout=5s") as server:
        deep = "(" * 20_000 + "1" + ")" * 20_000
        answer = post_query(server, deep)
        equal(answer.status, 400)
        answer = post_query(server, "sum_over_time(vector(1)[1000d:1ms])")
        assert answer.status in (422, 503), answer.body
        assert answer.json()["errorType"] in ("execution", "timeout"), answer.body
        equal(post_query(server, "1 + 1").json()["data"]["result"][1], "2")


@case
def posted_nonsense_is_refused():
    with Tocsin(FILES) as server:
        url = server.base + "/api/v2/alerts"
        for body in ("", "{", "{}", "[1]", '[{"labels": 1}]', '[{"labels": {}}]', "[" * 100_000,
                     '[{"labels": {"a": "b"}, "startsAt": "x"}]',
                     '[{"labels": {"a": "\ud800"}}]'.encode("utf-8", "surrogatepass")):
            with group(repr(body[:40])):
                assert 400 <= http(url, body or b"", "POST").status < 500
        equal(server.get("/api/v2/alerts").json(), [])
        contains(http(url, '[{"labels": {"a": "b"}}]', "POST", content_type="text/plain").body, "application/json")


main()
