"""tocsin query against a running server, over files, and on a terminal."""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import tempfile
import termios

from support.cases import case, contains, equal, eventually, main
from support.fakes import Target
from support.process import TOCSIN, Tocsin, run, tocsin

PAGE = """# HELP temperature Degrees.
# TYPE temperature gauge
temperature{gpu="0"} 89.5
temperature{gpu="1"} 40
"""
CONFIG = """
global: {{scrape_interval: 2s, evaluation_interval: 500ms}}
scrape_configs:
  - job_name: app
    static_configs: [{{targets: ['{target}']}}]
"""
DATA = """# TYPE temperature gauge
temperature{gpu="0"} 70 1766000000
temperature{gpu="0"} 89.5 1766000060 # {trace_id="x"} 1 1766000060
temperature{gpu="1"} 40 1766000060
temperature{gpu="2"} 91 1765990000
# EOF
"""


def files(target):
    return {"prometheus.yml": CONFIG.format(target=target.address)}


def output(*command):
    """Standard output of a command of ours that succeeds."""
    result = tocsin("query", *command)
    equal(result.returncode, 0, " ".join(map(str, command)) + ": " + result.stderr + result.stdout)
    return result.stdout


def data_file(folder, text=DATA):
    path = os.path.join(folder, "data.om")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def on_terminal(*command):
    """What a command of ours prints on a terminal of 60 columns."""
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen([TOCSIN, "query", *command], stdout=writer, stderr=writer, env=environment) as process:
        os.close(writer)
        text = b""
        try:
            while part := os.read(reader, 65536):
                text += part
        except OSError:
            pass  # The terminal's other end is closed: the program has ended.
        equal(process.wait(), 0)
    os.close(reader)
    return text.decode().replace("\r\n", "\n")


@case
def asks_a_server_as_promtool_does():
    with Target({"/metrics": PAGE}) as target, Tocsin(files(target)) as server:
        eventually("data is there", lambda: server.value("count(temperature)") == 2)
        for arguments in (["instant", server.base, "vector(1e7) > 1", "--time=1.5"],
                          ["instant", server.base, "1 + 1", "--time=100"],
                          ["range", server.base, "vector(5)", "--start=100", "--end=130", "--step=15s"]):
            equal(output(*arguments), run("promtool", "query", *arguments).stdout, arguments)
        contains(output("instant", server.base, "temperature"), 'temperature{gpu="0", instance="')
        contains(output("instant", "--server", server.base, "temperature", "-o", "table"),
                 "gpu  value\n0     89.5\n1       40\n")
        contains(output("range", server.base, "sum(temperature)", "--step=1s"), "129.5 @[")
        equal(len(output("series", "--match=temperature", server.base).splitlines()), 2)
        equal(len(json.loads(output("series", server.base, "temperature", "-o", "json"))), 2)
        contains(output("labels", server.base), "gpu\n")
        equal(output("labels", server.base, "gpu"), "0\n1\n")
        equal(output("labels", server.base, "gpu", "--match", 'temperature{gpu="1"}'), "1\n")


@case
def explains_against_a_server():
    pages = {"/metrics": PAGE}
    with Target(pages) as target, Tocsin(files(target)) as server:
        eventually("data is there", lambda: server.value("count(temperature)") == 2)
        text = output("explain", server.base, "temperature > 90 and on (instance) up == 1")
        contains(text, "nothing, because\n  both series removed by > 90; nearest: temperature{gpu=\"0\"")
        contains(text, "└─ up")
        tree = json.loads(output("explain", server.base, "temperature > 90", "-o", "json"))
        loss = tree["plan"]["losses"][0]
        equal((loss["reason"], loss["series"], loss["of"], loss["by"]), ("compared", 2, 2, "> 90"))
        equal(loss["examples"][0]["value"], "89.5")
        equal(tree["plan"]["children"][0]["matchedSeries"], 2)
        pages["/metrics"] = PAGE.replace('temperature{gpu="0"} 89.5\n', "")
        eventually("the hot series has ended", lambda: server.value("count(temperature)") == 1)
        contains(output("explain", server.base, "temperature > 80"),
                 "besides, temperature: 1 of 2 series ended: a stale marker")
        contains(output("explain", server.base, "temprature"), "did you mean temperature?")
        bad = tocsin("query", "explain", server.base, "sum(")
        equal(bad.returncode, 1)
        contains(bad.stderr, "unclosed left parenthesis")
        equal(server.get("/api/v1/query_explain?query=1&format=xml").status, 400)
        equal(server.get("/api/v1/query_explain?query=1&start=1").status, 400)


@case
def reads_files_in_place_of_a_server():
    with tempfile.TemporaryDirectory() as folder:
        data = data_file(folder)
        equal(output("instant", "--data", data, "sum(temperature)"), "{} => 129.5 @[1766000060]\n")
        equal(output("series", "--data", data, "temperature"),
              'temperature{gpu="0"}\ntemperature{gpu="1"}\ntemperature{gpu="2"}\n')
        equal(output("labels", "--data", data, "gpu"), "0\n1\n2\n")
        text = output("explain", "--data", data, "temperature > 90")
        equal(re.sub(r"[0-9.]+ (ns|µs|ms|s)\b", "TIME", text).split("\n\n")[0],
              "temperature > 90\nat 2025-12-17T19:34:20Z: nothing, because\n"
              "  both series removed by > 90; nearest: temperature{gpu=\"0\"} = 89.5\n"
              "  besides, temperature: 1 of 3 series has no sample within the lookback of 5m; e.g. "
              "temperature{gpu=\"2\"} = 91, last sample 2025-12-17T16:46:40Z, 2h47m40s before")
        bad = tocsin("query", "instant", "--data", data_file(folder, "a 1\nb{x=\"1} 2\n# EOF\n"), "a")
        equal(bad.returncode, 1)
        equal(bad.stderr, f"tocsin: {data}:2:5: a quoted string does not end\n")


@case
def draws_curves_on_a_terminal_only():
    with tempfile.TemporaryDirectory() as folder:
        data = data_file(folder, "load 1m\n  t{gpu=\"0\"} 0 1 2 3 4 5 6 7\n  t{gpu=\"1\"} 5 5 _ _ _ _ 5 5\n")
        command = ["range", "--data", data, "--start=0", "--end=420", "--step=60", "t"]
        equal(on_terminal(*command, "--no-color"),
              "all: t\ngpu  min  max  last\n0      0    7     7  ▁▂▃▄▅▆▇█\n1      5    5     5  ▄▄▄▄▄▄▄▄\n")
        contains(on_terminal(*command), "\033[2mgpu  min  max  last\033[0m")
        contains(on_terminal("instant", "--data", data, "none"), "nothing found")
        equal(tocsin("query", "instant", "--data", data, "none").stderr, "")
        assert "▁" not in on_terminal(*command, "--sparkline=never")
        contains(output(*command), "0 @[0]\n1 @[60]\n")
        assert "▁" not in output(*command)
        contains(output(*command, "--sparkline=always"), "▁▂▃▄▅▆▇█\n0 @[0]\n")


@case
def says_what_is_wrong_with_a_server():
    refused = tocsin("query", "instant", "http://127.0.0.1:9", "up")
    equal(refused.returncode, 1)
    contains(refused.stderr, "cannot ask http://127.0.0.1:9: ")
    with Target({"/metrics": PAGE}) as other:
        odd = tocsin("query", "explain", f"http://{other.address}", "up")
        equal(odd.returncode, 1)
        contains(odd.stderr, "explains no queries")


main()
