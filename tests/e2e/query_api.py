"""Queries of clients that are slow, many or gone; large answers; the query log; serving below a path."""
import gzip
import http.client
import json
import os
import signal
import socket
import threading
import urllib.parse

from support.cases import case, contains, equal, eventually, main
from support.fakes import Target
from support.process import Tocsin

FILES = {"prometheus.yml": "global: {evaluation_interval: 1h}\n"}
# Long enough to be caught in the act, and ended by whatever ends it.
SLOW = " + ".join(f"sum_over_time(vector({i})[20d:1s])" for i in range(400))


def running(server):
    return server.metric("prometheus_engine_queries")


class Client:
    """A query on a connection of its own that can be hung up."""

    def __init__(self, server, query, **parameters):
        form = urllib.parse.urlencode({"query": query, **parameters}).encode()
        self.connection = socket.create_connection(("127.0.0.1", server.port))
        self.connection.sendall(b"POST /api/v1/query HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                b"Content-Type: application/x-www-form-urlencoded\r\n"
                                b"Content-Length: %d\r\n\r\n%s" % (len(form), form))

    def hang_up(self):
        self.connection.close()

    def answer(self):
        """Status and JSON."""
        text = b""
        while part := self.connection.recv(65536):
            text += part
        self.connection.close()
        head, body = text.split(b"\r\n\r\n", 1)
        return int(head[9:12]), json.loads(body)


@case
def queries_wait_for_their_turn():
    with Tocsin(FILES, "--query.max-concurrency=1") as server:
        slow = Client(server, SLOW)
        eventually("the slow query runs", lambda: running(server) == 1)
        late = Client(server, "1", timeout="100ms")
        status, answer = late.answer()
        equal((status, answer["errorType"], answer["error"]), (503, "timeout", "query timed out in query queue"))
        patient = Client(server, "1")
        eventually("another one waits", lambda: running(server) == 2)
        # Nothing else waits.
        equal(server.get("/-/healthy").status, 200)
        equal(server.data("/api/v1/rules"), {"groups": []})
        slow.hang_up()
        equal(patient.answer()[0], 200)
        eventually("no query is left", lambda: running(server) == 0)


@case
def a_query_that_takes_too_long_is_ended():
    with Tocsin(FILES, "--query.timeout=1s") as server:
        status, answer = Client(server, SLOW).answer()
        equal((status, answer["errorType"]), (503, "timeout"))
        contains(answer["error"], "query timed out in expression evaluation")


@case
def many_clients_at_once_are_all_answered():
    with Tocsin(FILES, "--query.max-concurrency=2") as server:
        answers = []

        def ask():
            answers.append(Client(server, "sum_over_time(vector(1)[1h:1s])").answer()[0])

        threads = [threading.Thread(target=ask) for _ in range(60)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(answers, [200] * 60)


def logged(path):
    """The entries that are whole."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.endswith("\n")]


@case
def the_log_of_queries_follows_its_file():
    with Tocsin(FILES) as server:
        log = f"{server.folder}/query.log"
        server.write({"prometheus.yml": "global: {evaluation_interval: 1h, query_log_file: query.log}\n"})
        equal(server.reload().status, 200)
        server.data("/api/v1/query", query="1 + 1", time="5")
        eventually("it is logged", lambda: logged(log))
        os.rename(log, log + ".1")
        equal(server.reload().status, 200)
        equal(Client(server, "label_replace(vector(1), 'a', 'b', 'c', '(')").answer()[0], 422)
        failed = eventually("the next one is logged anew", lambda: logged(log))[0]
        lines = logged(log + ".1")
        equal(len(lines), 1)
        equal(lines[0]["params"], {"query": "1 + 1", "start": "1970-01-01T00:00:05.000Z",
                                   "end": "1970-01-01T00:00:05.000Z", "step": 0})
        equal(lines[0]["httpRequest"], {"clientIP": "127.0.0.1", "method": "GET", "path": "/api/v1/query"})
        assert lines[0]["stats"]["timings"]["execTotalTime"] > 0
        equal(failed["httpRequest"]["method"], "POST")
        contains(failed["error"], "invalid regular expression in label_replace()")


@case
def the_log_of_queries_has_those_of_rules():
    rules = "groups: [{name: g, interval: 100ms, rules: [{record: a, expr: vector( 1)}]}]\n"
    with Tocsin({"prometheus.yml": "rule_files: [rules.yml]\n", "rules.yml": rules},
                "--query.log-file=/dev/stdout") as server:
        entry = json.loads(server.expect(r'{"time".*promql query logged.*')[0])
        equal(entry["params"]["query"], "vector( 1)")
        equal(entry["params"]["start"], entry["params"]["end"])
        equal(entry["ruleGroup"], {"file": f"{server.folder}/rules.yml", "name": "g"})


@case
def subqueries_without_a_step_have_that_of_rules():
    files = {"prometheus.yml": "global: {evaluation_interval: 10s}\nrule_files: [rules.yml]\n",
             "rules.yml": "groups: [{name: g, interval: 100ms, rules: [{record: a, expr: 'count_over_time("
                          "vector(1)[1m:])'}]}]\n"}
    with Tocsin(files) as server:
        equal(server.value("count_over_time(vector(1)[1m:])"), 6)
        eventually("the rule agrees", lambda: server.value("a") == 6)
        server.write({"prometheus.yml": files["prometheus.yml"].replace("10s", "20s")})
        equal(server.reload().status, 200)
        equal(server.value("count_over_time(vector(1)[1m:])"), 3)
        eventually("so it does after a reload", lambda: server.value("a") == 3)


def noted(server):
    """What the file of running queries holds."""
    with open(f"{server.folder}/data/queries.active", encoding="utf-8", errors="replace") as file:
        return file.read()


@case
def a_crash_leaves_the_queries_that_ran():
    with Tocsin(FILES) as server:
        client = Client(server, SLOW)
        eventually("it is noted", lambda: "vector(0)" in noted(server))
        server.signal(signal.SIGKILL)
        server.wait()
        client.hang_up()
        with Tocsin({}, folder=server.folder) as again:
            contains(again.output, "These queries had not finished when the last process ended")
            contains(again.output, "sum_over_time(vector(0)[20d:1s])")
            again.signal(signal.SIGTERM)
            equal(again.wait(), 0)
        with Tocsin({}, folder=server.folder) as third:
            assert "had not finished" not in third.output


@case
def stopping_ends_running_queries():
    with Tocsin(FILES) as server:
        client = Client(server, SLOW)
        eventually("it runs", lambda: running(server) == 1)
        server.signal(signal.SIGTERM)
        status, answer = client.answer()
        equal((status, answer["errorType"]), (499, "canceled"))
        equal(server.wait(), 0)


@case
def types_are_labels_when_asked_for():
    page = "# TYPE level gauge\nlevel 3\n# TYPE work counter\nwork 4\n"
    with Target({"/metrics": page}) as target:
        files = {"prometheus.yml": "global: {scrape_interval: 1s}\nscrape_configs:\n  - job_name: a\n"
                                   f"    static_configs: [{{targets: ['{target.address}']}}]\n"}
        for flags, kinds in (([], {""}), (["--enable-feature=type-and-unit-labels"], {"gauge", "counter"})):
            with Tocsin(files, *flags) as server:
                eventually("both are there", lambda: server.value("count({__name__=~'level|work'})") == 2)
                found = server.query("{__name__=~'level|work'}")
                equal({labels.get("__type__", "") for labels, _ in found}, kinds)


POINTS = 300_000
LARGE = "/api/v1/query?" + urllib.parse.urlencode({"query": f"vector(1)[{POINTS}s:1s]", "time": POINTS})


def points(body):
    """How many points the one series of an answer has."""
    series, = json.loads(body)["data"]["result"]
    return len(series["values"])


def begin_reading(server, request=f"GET {LARGE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):
    """A connection on which the head of a large answer has come, and that head."""
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall(request.encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    return connection, head.decode()


def answered(server):
    return server.metric('prometheus_http_requests_total{code="200",handler="/api/v1/query"}')


@case
def large_answers_come_in_chunks():
    with Tocsin(FILES) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        for coding in ("identity", "gzip"):
            connection.request("GET", LARGE, headers={"Accept-Encoding": coding})
            response = connection.getresponse()
            body = response.read()
            equal((response.status, response.getheader("Transfer-Encoding")), (200, "chunked"), coding)
            equal(points(gzip.decompress(body) if coding == "gzip" else body), POINTS)
        # The connection was kept.
        connection.request("HEAD", LARGE)
        response = connection.getresponse()
        equal((response.status, response.getheader("Transfer-Encoding"), response.read()), (200, "chunked", b""))
        connection.request("GET", "/api/v1/query?query=1")
        response = connection.getresponse()
        equal((response.status, response.getheader("Transfer-Encoding")), (200, None))
        equal(int(response.getheader("Content-Length")), len(response.read()))


@case
def old_clients_get_large_answers_up_to_the_end_of_the_connection():
    with Tocsin(FILES) as server:
        connection, head = begin_reading(server, f"GET {LARGE} HTTP/1.0\r\n\r\n")
        assert "Transfer-Encoding" not in head and "Content-Length" not in head, head
        body = b""
        while part := connection.recv(65536):
            body += part
        equal(points(body), POINTS)


@case
def clients_that_leave_amid_an_answer_leave_nothing_behind():
    with Tocsin(FILES) as server:
        for _ in range(20):
            begin_reading(server)[0].close()
        eventually("all answers are given up", lambda: answered(server) == 20)
        equal(server.data("/api/v1/query", query="1")["resultType"], "scalar")


@case
def stopping_lets_clients_read_their_answers():
    with Tocsin(FILES) as server:
        connection, _ = begin_reading(server)
        server.signal(signal.SIGTERM)
        server.expect("draining")
        body = b""
        while part := connection.recv(65536):
            body += part
        assert body.endswith(b"0\r\n\r\n"), body[-100:]
        equal(server.wait(), 0)


@case
def everything_is_below_the_path_of_the_external_url():
    url = "--web.external-url=http://alerts.example.com/a/b/"
    with Tocsin(FILES, url) as server:
        equal(server.get("/a/b/-/healthy").status, 200)
        equal(server.data("/a/b/api/v1/query", query="1")["resultType"], "scalar")
        equal(server.get("/api/v1/query").status, 404)
        contains(server.get("/").body, 'href="graph"')  # after a redirect
    with Tocsin(FILES, url, "--web.route-prefix=/") as server:
        equal(server.data("/api/v1/query", query="1")["resultType"], "scalar")


main()
