"""A Prometheus of our own for the length of a test."""
import http.client
import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.parse

CONFIG = "global:\n  evaluation_interval: 1m\n"


def find():
    """The program to compare with, or None."""
    path = os.environ.get("PROMETHEUS_BIN", "")
    return path if path and os.access(path, os.X_OK) else None


def _free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Prometheus:
    def __init__(self, path, features):
        self.path = path
        self.features = features
        self.folder = tempfile.TemporaryDirectory(prefix="tocsin-diff-")
        config = os.path.join(self.folder.name, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as f:
            f.write(CONFIG)
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(os.path.join(self.folder.name, "log"), "wb")
        self.process = subprocess.Popen(
            [path, f"--config.file={config}", f"--storage.tsdb.path={self.folder.name}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-remote-write-receiver",
             f"--enable-feature=native-histograms,{features}"],
            stdout=self.log, stderr=self.log)
        self._await_ready()
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def _await_ready(self):
        for _ in range(300):
            if self.process.poll() is not None:
                raise RuntimeError("Prometheus ended: " + self.tail())
            try:
                probe = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
                probe.request("GET", "/-/ready")
                if probe.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError("Prometheus does not become ready: " + self.tail())

    def tail(self):
        with open(self.log.name, "rb") as f:
            return f.read()[-2000:].decode(errors="replace")

    def ask(self, path, parameters):
        self.connection.request("POST", path, urllib.parse.urlencode(parameters),
                                {"Content-Type": "application/x-www-form-urlencoded"})
        return json.loads(self.connection.getresponse().read())

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()
