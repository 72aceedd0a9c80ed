"""What is wrong is said in one sentence with its place, and nothing half-started stays behind."""
import contextlib
import os
import re
import socket
import tempfile

from support.cases import case, contains, equal, group, main
from support.fakes import Receiver
from support.process import Tocsin, tocsin

GOOD_CONFIG = "scrape_configs: []\n"
GOOD_ROUTES = "route: {receiver: a}\nreceivers: [{name: a}]\n"


def rules(expr, annotation="fine"):
    return ("groups:\n  - name: g\n    rules:\n      - alert: A\n"
            f"        expr: {expr}\n        annotations: {{s: '{annotation}'}}\n")


# (what, files, what standard error must match after the folder). The file in the message is the
# first that is not good.
BAD_FILES = [
    ("missing file", {}, r"prometheus\.yml.*: No such file"),
    ("bad YAML", {"prometheus.yml": "global:\n  - a\n b: [\n"}, r"prometheus\.yml:3:\d+: "),
    ("tab", {"prometheus.yml": "global:\n\tscrape_interval: 1s\n"}, r"prometheus\.yml:2:1: .*tab"),
    ("unknown key", {"prometheus.yml": "global:\n  scrape_intervall: 1s\n"},
     r"prometheus\.yml:2:3: .*scrape_intervall.*scrape_interval\b"),
    ("duplicate key", {"prometheus.yml": "global: {}\nglobal: {}\n"}, r"prometheus\.yml:2:1: .*global"),
    ("extra document", {"prometheus.yml": "global: {}\n---\nglobal: {}\n"}, r"prometheus\.yml:\d+:\d+: "),
    ("unterminated quote", {"prometheus.yml": "global: {}\nrule_files: ['a\n"}, r"prometheus\.yml:\d+:\d+: "),
    ("bad duration", {"prometheus.yml": "global:\n  scrape_interval: 1 second\n"},
     r"prometheus\.yml:2:20: .*1 second"),
    ("not supported yet", {"prometheus.yml": "remote_write:\n  - url: http://x\n"},
     r"prometheus\.yml:1:1: .*remote_write.*not supported"),
    ("unsupported discovery", {"prometheus.yml":
                               "scrape_configs:\n  - job_name: a\n    kubernetes_sd_configs: [{role: pod}]\n"},
     r"prometheus\.yml:3:5: .*kubernetes_sd_configs.*not supported"),
    ("bad regex", {"prometheus.yml": "scrape_configs:\n  - job_name: a\n    relabel_configs:\n"
                   "      - source_labels: [x]\n        regex: '('\n"}, r"prometheus\.yml:5:16: .*\("),
    ("bad expression", {"prometheus.yml": GOOD_CONFIG + "rule_files: [r.yml]\n", "r.yml": rules("sum(up) by")},
     r"r\.yml:5:2\d: "),
    ("bad expression in a block", {"prometheus.yml": GOOD_CONFIG + "rule_files: [r.yml]\n",
                                   "r.yml": rules("|\n          sum(up)\n          + foo{a=}")},
     r"r\.yml:7:1\d: "),
    ("bad type", {"prometheus.yml": GOOD_CONFIG + "rule_files: [r.yml]\n", "r.yml": rules("rate(up)")},
     r"r\.yml:5:2\d: .*(range vector|instant vector)"),
    ("bad template", {"prometheus.yml": GOOD_CONFIG + "rule_files: [r.yml]\n",
                      "r.yml": rules("up", "{{ $labels.job | nofunction }}")}, r"r\.yml:6:\d+: .*nofunction"),
    ("bad notify key", {"prometheus.yml": GOOD_CONFIG, "alertmanager.yml": GOOD_ROUTES + "recievers: []\n"},
     r"alertmanager\.yml:3:1: .*recievers.*receivers"),
    ("unknown receiver", {"prometheus.yml": GOOD_CONFIG,
                          "alertmanager.yml": "route: {receiver: b}\nreceivers: [{name: a}]\n"},
     r"alertmanager\.yml:1:\d+: .*\bb\b"),
    ("bad matcher regex", {"prometheus.yml": GOOD_CONFIG, "alertmanager.yml":
                           "route:\n  receiver: a\n  routes:\n    - matchers: ['x =~ \"(\"']\nreceivers: [{name: a}]\n"},
     r"alertmanager\.yml:4:\d+: "),
    ("bad notify template", {"prometheus.yml": GOOD_CONFIG, "alertmanager.yml":
                             GOOD_ROUTES + "templates: [t.tmpl]\n", "t.tmpl": "{{ define \"x\" }}\n{{ if }}\n{{ end }}"},
     r"t\.tmpl:2:\d+: "),
    ("bad title template", {"prometheus.yml": GOOD_CONFIG, "alertmanager.yml":
                            "route: {receiver: a}\nreceivers:\n  - name: a\n    slack_configs:\n"
                            "      - api_url: http://x\n        title: '{{ .Broken'\n"},
     r"alertmanager\.yml:6:\d+: "),
    ("unsupported receiver", {"prometheus.yml": GOOD_CONFIG, "alertmanager.yml":
                              "route: {receiver: a}\nreceivers:\n  - name: a\n    opsgenie_configs: [{}]\n"},
     r"alertmanager\.yml:4:5: .*opsgenie_configs.*not supported"),
]


def serve(folder, address="127.0.0.1:0", storage=None):
    """`tocsin serve` that is expected to end by itself."""
    command = ["serve", f"--config.file={folder}/prometheus.yml", f"--storage.path={storage or folder + '/data'}",
               f"--web.listen-address={address}"]
    if os.path.exists(f"{folder}/alertmanager.yml"):
        command.append(f"--notify.config.file={folder}/alertmanager.yml")
    return tocsin(*command)


@contextlib.contextmanager
def written(files):
    """A folder with these files, for a while."""
    with tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        yield folder


def check_refusal(result, pattern):
    equal(result.returncode, 1, "exit code; it said: " + result.stderr + result.stdout)
    equal(len(result.stderr.strip().split("\n")), 1, "lines in: " + result.stderr)
    if not re.search("^tocsin: .*" + pattern, result.stderr):
        raise AssertionError(f"{pattern!r} does not match: {result.stderr}")


@case
def serve_refuses_bad_files():
    problems = []
    for what, files, pattern in BAD_FILES:
        with written(files) as folder:
            try:
                check_refusal(serve(folder), pattern)
            except AssertionError as error:
                problems.append(f"{what}: {error}")
    equal("\n".join(problems), "")


@case
def check_says_the_same_as_serve():
    problems = []
    for what, files, pattern in BAD_FILES:
        with written(files) as folder:
            kind, name = ("notify", "alertmanager.yml") if "alertmanager.yml" in files else ("config", "prometheus.yml")
            result = tocsin("check", kind, f"{folder}/{name}")
            if result.returncode != 1 or not re.search(pattern, result.stdout):
                problems.append(f"{what}: exit code {result.returncode}, {result.stdout + result.stderr}")
    equal("\n".join(problems), "")


@case
def all_errors_of_rule_files_are_reported():
    text = rules("sum(up) by") + "      - alert: B\n        expr: rate(up)\n"
    with written({"r.yml": text}) as folder:
        result = tocsin("check", "rules", f"{folder}/r.yml")
        equal(result.returncode, 1)
        contains(result.stdout, "r.yml:5:")
        contains(result.stdout, "r.yml:8:")


@case
def unreadable_files_are_named():
    with written({}) as folder:
        os.mkdir(f"{folder}/prometheus.yml")
        check_refusal(serve(folder), r"prometheus\.yml.*: Is a directory")


@case
def a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as holder, written({"prometheus.yml": GOOD_CONFIG}) as folder:
        port = holder.getsockname()[1]
        check_refusal(serve(folder, f"127.0.0.1:{port}"), rf"127\.0\.0\.1:{port}.*in use")


@case
def a_bad_address_is_refused():
    with written({"prometheus.yml": GOOD_CONFIG}) as folder:
        for address in ("nonsense", "127.0.0.1:99999", "256.0.0.1:x"):
            with group(address):
                check_refusal(serve(folder, address), re.escape(address))


@case
def an_unwritable_data_folder_is_named():
    with written({"prometheus.yml": GOOD_CONFIG, "data": "a file, not a folder"}) as folder:
        check_refusal(serve(folder), r"data folder .*/data.*--storage\.path")
        check_refusal(serve(folder, storage="/proc/nothing/here"), r"data folder /proc/nothing/here")


@case
def a_data_folder_in_use_is_named():
    with Tocsin({"prometheus.yml": GOOD_CONFIG}) as server:
        check_refusal(serve(server.folder), r"data folder .*/data: it is in use")
        equal(server.get("/-/healthy").status, 200)


@case
def nothing_is_sent_when_a_file_is_bad():
    with Receiver() as receiver:
        files = {"prometheus.yml": f"scrape_configs: [{{job_name: a, static_configs: [{{targets: ['{receiver.address}']}}]}}]\n"
                                   "rule_files: [r.yml]\n", "r.yml": rules("vector(1) +")}
        with written(files) as folder:
            check_refusal(serve(folder), r"r\.yml:5:")
        equal(receiver.requests, [])


@case
def wrong_usage_ends_with_2():
    for arguments in ([], ["--unknown"], ["serve", "--unknown"], ["nonsense"], ["check"], ["check", "config"],
                      ["check", "nonsense", "x"], ["query", "instant"], ["serve", "--query.timeout=abc"],
                      ["serve", "--log.level=loud"], ["serve", "--enable-feature=nonsense"], ["demo", "extra"]):
        with group(" ".join(arguments)):
            result = tocsin(*arguments)
            equal(result.returncode, 2, result.stdout + result.stderr)
            assert result.stderr, "says nothing"


@case
def help_has_examples():
    contains(tocsin("--help").stdout, "tocsin demo")
    for command in (["serve"], ["demo"], ["check", "config"], ["check", "rules"], ["check", "notify"],
                    ["test", "promql"], ["query", "instant"], ["query", "range"]):
        with group(" ".join(command)):
            result = tocsin(*command, "--help")
            equal(result.returncode, 0)
            contains(result.stdout, "Example:\n  tocsin " + " ".join(command))
    equal(tocsin("--version").returncode, 0)


@case
def query_says_what_is_wrong():
    result = tocsin("query", "instant", "http://127.0.0.1:1", "up")
    equal(result.returncode, 1)
    contains(result.stderr, "127.0.0.1:1")
    with Tocsin({"prometheus.yml": GOOD_CONFIG}) as server:
        result = tocsin("query", "instant", server.base, "sum(")
        equal(result.returncode, 1)
        contains(result.stderr, "unclosed left parenthesis")
        equal(tocsin("query", "instant", server.base, "1 + 1").returncode, 0)


main()
