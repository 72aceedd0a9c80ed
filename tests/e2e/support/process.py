"""Programs under test: Tocsin itself and the real programs it is used with."""
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

from support.cases import DEADLINE_SECONDS, eventually, watches

TOCSIN = sys.argv[1] if len(sys.argv) > 1 else "tocsin"


def run(*command, timeout=DEADLINE_SECONDS, **options):
    """Runs a command to its end: a CompletedProcess with text output."""
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=timeout,
                            check=False, **options)
    if "Sanitizer" in result.stderr:
        raise AssertionError("a sanitizer complained:\n" + result.stderr[-8000:])
    return result


def tocsin(*arguments, **options):
    """Runs one command of Tocsin to its end."""
    return run(TOCSIN, *arguments, **options)


class Process:
    """A running program whose output is collected; ended at the latest by the `with` block."""

    def __init__(self, command, **options):
        self.command = [str(part) for part in command]
        self.output = ""
        self._may_end = False
        self._process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, text=True, bufsize=1, **options)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self.output += line

    def _check_alive(self):
        if not self._may_end and self._process.poll() is not None:
            raise RuntimeError(f"{self.command[0]} ended by itself with {self._process.returncode}")

    def __enter__(self):
        watches.append(self._check_alive)
        return self

    def __exit__(self, kind, error, trace):
        if self._check_alive in watches:
            watches.remove(self._check_alive)
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(DEADLINE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                if error is None:
                    raise AssertionError(f"{self.command[0]} did not end on SIGTERM:\n{self.output[-3000:]}") from None
        self._reader.join(DEADLINE_SECONDS)
        if "Sanitizer" in self.output:
            raise AssertionError("a sanitizer complained:\n" + self.output[-8000:])
        if error is not None:
            print(f"--- output of {self.command[0]} ---\n{self.output[-3000:]}\n---", flush=True)

    def expect(self, pattern):
        """Waits until the output matches; the match."""
        def check():
            match = re.search(pattern, self.output)
            if match is None and self._process.poll() is not None:
                self._reader.join(DEADLINE_SECONDS)
                match = re.search(pattern, self.output)
                if match is None:
                    raise RuntimeError(f"{self.command[0]} ended with {self._process.returncode}:\n{self.output}")
            return match
        return eventually(f"{self.command[0]} prints {pattern!r}", check)

    def tell(self, line):
        """Writes a line to the program's standard input."""
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def signal(self, number):
        self._may_end = number != signal.SIGHUP
        self._process.send_signal(number)

    def wait(self, seconds=DEADLINE_SECONDS):
        """Waits for the end: the exit code."""
        code = self._process.wait(seconds)
        self._reader.join(DEADLINE_SECONDS)
        return code

    def running(self):
        return self._process.poll() is None


class Answer:
    """An HTTP answer of any status."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


def http(url, body=None, method=None, content_type="application/json", seconds=DEADLINE_SECONDS):
    """One request; answers of 4xx and 5xx are answers, too. A body that is no text is sent as JSON."""
    if body is not None and not isinstance(body, (str, bytes)):
        body = json.dumps(body)
    data = body.encode() if isinstance(body, str) else body
    request = urllib.request.Request(url, data=data, method=method)
    if data is not None:
        request.add_header("Content-Type", content_type)
    try:
        with urllib.request.urlopen(request, timeout=seconds) as response:
            return Answer(response.status, dict(response.headers), response.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read().decode())


class Api:
    """The HTTP side of a server that speaks Prometheus's or Alertmanager's API."""
    base = ""

    def get(self, path, **parameters):
        """GET with parameters; `match` stands for match[], a list for a parameter that is repeated."""
        pairs = [("match[]" if name == "match" else name, item) for name, value in parameters.items()
                 for item in (value if isinstance(value, list) else [value])]
        return http(self.base + path + ("?" + urllib.parse.urlencode(pairs) if pairs else ""))

    def data(self, path, **parameters):
        """`data` of a successful answer under /api/v1."""
        answer = self.get(path, **parameters)
        if answer.status != 200:
            raise AssertionError(f"{path} answered {answer.status}: {answer.body[:500]}")
        return answer.json()["data"]

    def query(self, expression, **parameters):
        """An instant query's vector as [(labels, value)]."""
        result = self.data("/api/v1/query", query=expression, **parameters)["result"]
        return [(entry["metric"], float(entry["value"][1])) for entry in result]

    def value(self, expression):
        """The one value of an instant query; None while it has no result."""
        result = self.query(expression)
        return result[0][1] if len(result) == 1 else None

    def targets(self):
        return self.data("/api/v1/targets")["activeTargets"]

    def alerts(self):
        return self.data("/api/v1/alerts")["alerts"]

    def firing(self):
        """Names of alerts that fire."""
        return {alert["labels"]["alertname"] for alert in self.alerts() if alert["state"] == "firing"}

    def metric(self, name):
        """A metric of the server's own /metrics; `name` with its braces if it has labels."""
        match = re.search("^" + re.escape(name) + r" (\S+)$", self.get("/metrics").body, re.MULTILINE)
        return float(match[1]) if match else None


class Server(Process, Api):
    """A program that serves on loopback and logs where."""

    def __init__(self, command, address_pattern, **options):
        Process.__init__(self, command, **options)
        try:
            self.port = int(self.expect(address_pattern)[1])
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.base = f"http://127.0.0.1:{self.port}"


class Tocsin(Server):
    """`tocsin serve` on a free port with files written into a folder of its own.

    files: name -> text; prometheus.yml is the configuration, alertmanager.yml, if there, the routing.
    resend_delay: an alert that is not sent again for four times as long counts as resolved.
    """

    def __init__(self, files, *flags, folder=None, resend_delay="10s"):
        self._own = None if folder else tempfile.TemporaryDirectory(prefix="tocsin-e2e-")
        self.folder = folder or self._own.name
        self.write(files)
        command = [TOCSIN, "serve", f"--config.file={self.folder}/prometheus.yml",
                   f"--storage.path={self.folder}/data", f"--web.listen-address=127.0.0.1:0",
                   f"--rules.alert.resend-delay={resend_delay}"]
        if "alertmanager.yml" in files:
            command.append(f"--notify.config.file={self.folder}/alertmanager.yml")
        super().__init__(command + list(flags), r"ready to receive web requests.*address=\"?127\.0\.0\.1:(\d+)")

    def write(self, files):
        """Writes files into the folder."""
        for name, text in files.items():
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)

    def reload(self):
        """Asks for a reload over HTTP: its answer."""
        return http(self.base + "/-/reload", method="POST")

    def hangup(self):
        self.signal(signal.SIGHUP)

    def __exit__(self, kind, error, trace):
        try:
            super().__exit__(kind, error, trace)
        finally:
            if self._own:
                self._own.cleanup()


LISTENS = r"Listening on.*address=\S*:(\d+)"


def node_exporter():
    return Server(["/usr/bin/prometheus-node-exporter", "--web.listen-address=127.0.0.1:0",
                   "--collector.disable-defaults", "--collector.meminfo", "--collector.cpu",
                   "--collector.loadavg"], LISTENS)


@contextlib.contextmanager
def alertmanager(config):
    """Debian's Alertmanager with this configuration text."""
    with tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
        path = os.path.join(folder, "alertmanager.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(config)
        with Server(["/usr/bin/prometheus-alertmanager", f"--config.file={path}", f"--storage.path={folder}/data",
                     "--web.listen-address=127.0.0.1:0", "--cluster.listen-address="], LISTENS) as server:
            eventually("Alertmanager is ready", lambda: server.get("/-/ready").status == 200)
            yield server


@contextlib.contextmanager
def prometheus(files):
    """Debian's Prometheus with these files, prometheus.yml among them."""
    with tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        with Server(["/usr/bin/prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                     "--web.listen-address=127.0.0.1:0", "--web.enable-lifecycle"], LISTENS) as server:
            eventually("Prometheus is ready", lambda: server.get("/-/ready").status == 200)
            yield server


def python_target():
    """A process that uses Debian's prometheus_client; tell() takes "set NAME VALUE" for its gauges."""
    script = os.path.join(os.path.dirname(__file__), "client_target.py")
    return Server(["/usr/bin/python3", "-B", script], r"serving on (\d+)")
