"""The command-line tools people have work against our port."""
import json
import tempfile

from support.cases import case, contains, equal, eventually, main
from support.fakes import Receiver, Target
from support.process import Tocsin, run, tocsin

PAGE = """# HELP temperature Degrees.
# TYPE temperature gauge
temperature{gpu="0"} 90
temperature{gpu="1"} 40
"""
CONFIG = """
global: {{scrape_interval: 2s, evaluation_interval: 500ms}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: app
    static_configs: [{{targets: ['{target}']}}]
"""
RULES = ("groups: [{name: g, rules: [{alert: Hot, expr: temperature > 80, labels: {severity: page}, "
         "annotations: {summary: too hot}}]}]\n")
ROUTES = """route:
  receiver: default
  group_wait: 0s
  group_interval: 1s
  routes:
    - matchers: [severity = page]
      receiver: pager
receivers:
  - name: default
  - name: pager
    webhook_configs: [{{url: '{url}/hook'}}]
"""


def files(target, receiver):
    return {"prometheus.yml": CONFIG.format(target=target.address), "rules.yml": RULES,
            "alertmanager.yml": ROUTES.format(url=receiver.url)}


def output(*command):
    """Standard output of a command that succeeds."""
    result = run(*command)
    equal(result.returncode, 0, " ".join(map(str, command)) + ": " + result.stderr + result.stdout)
    return result.stdout


@case
def promtool_queries_our_server():
    with Target({"/metrics": PAGE}) as target, Receiver() as receiver, Tocsin(files(target, receiver)) as server:
        eventually("data is there", lambda: server.value("count(temperature)") == 2)
        contains(output("promtool", "query", "instant", server.base, 'temperature{gpu="0"}'),
                 f'temperature{{gpu="0", instance="{target.address}", job="app"}} => 90 @[')
        answer = json.loads(output("promtool", "query", "instant", "-o", "json", server.base, "1 + 1"))
        equal(answer[1], "2")
        contains(output("promtool", "query", "range", "--step=1s", server.base, "sum(temperature)"), "130 @[")
        contains(output("promtool", "query", "series", "--match=temperature", server.base), 'gpu="1"')
        equal(output("promtool", "query", "labels", server.base, "gpu").split(), ["0", "1"])
        # Debian's promtool has no `check healthy|ready` yet; this is what later ones ask for.
        for path in ("/-/healthy", "/-/ready"):
            equal(server.get(path).status, 200)
        bad = run("promtool", "query", "instant", server.base, "sum(")
        equal(bad.returncode, 1)
        contains(bad.stderr + bad.stdout, "unclosed left parenthesis")


@case
def promtool_takes_our_metrics_page():
    with Target({"/metrics": PAGE}) as target, Receiver() as receiver, Tocsin(files(target, receiver)) as server:
        receiver.await_message("/hook", "a page")
        result = run("promtool", "check", "metrics", input=server.get("/metrics").body)
        # Exit code 3 is for names that its style guide would change; 1 for text it cannot read.
        assert result.returncode in (0, 3), result.stderr


@case
def amtool_talks_to_our_server():
    with Target({"/metrics": PAGE}) as target, Receiver() as receiver, Tocsin(files(target, receiver)) as server:
        url = f"--alertmanager.url={server.base}"
        alerts = eventually("amtool sees the rule's alert",
                            lambda: json.loads(output("amtool", "alert", "query", url, "-o", "json")))
        equal(alerts[0]["labels"], {"alertname": "Hot", "gpu": "0", "instance": target.address, "job": "app",
                                    "severity": "page"})
        contains(output("amtool", "alert", "query", url), "too hot")
        equal([r["name"] for r in alerts[0]["receivers"]], ["pager"])
        output("amtool", "alert", "add", url, "alertname=Manual", "severity=page", "--annotation=summary=by hand",
               "--generator-url=http://example.com/")
        hook = receiver.await_message("/hook", "the added alert",
                                      lambda m: any(a["labels"]["alertname"] == "Manual" for a in m["alerts"]))
        contains(json.dumps(hook), "by hand")
        equal(len(json.loads(output("amtool", "alert", "query", url, "-o", "json", "alertname=Manual"))), 1)
        equal(json.loads(output("amtool", "alert", "query", url, "-o", "json", 'alertname=~"No.*"')), [])
        equal(len(json.loads(output("amtool", "alert", "query", url, "-o", "json", "--receiver=pager"))), 2)
        contains(output("amtool", "config", "show", url), "receiver: pager")


@case
def amtool_reads_our_routes():
    with Target({"/metrics": PAGE}) as target, Receiver() as receiver:
        start = files(target, receiver)
        # Webhook addresses are secrets of today's Alertmanager, which Debian's older amtool cannot read back.
        start["alertmanager.yml"] = start["alertmanager.yml"].replace(
            "webhook_configs: [{url:", "slack_configs: [{channel: a, api_url:")
        with Tocsin(start) as server:
            url = f"--alertmanager.url={server.base}"
            contains(output("amtool", "config", "routes", "show", url), '{severity="page"}  receiver: pager')
            equal(output("amtool", "config", "routes", "test", url, "severity=page").strip(), "pager")
            equal(output("amtool", "config", "routes", "test", url, "severity=none").strip(), "default")
            shown = output("amtool", "config", "show", url)
            contains(shown, "<secret>")
            assert receiver.address not in shown, "a secret is shown"


@case
def amtool_accepts_the_files_we_accept():
    with Receiver() as receiver, tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
        path = f"{folder}/alertmanager.yml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(ROUTES.format(url=receiver.url))
        contains(output("amtool", "check-config", path), "2 receivers")
        result = tocsin("check", "notify", path)
        equal(result.returncode, 0)
        contains(result.stdout, "2 receivers")
        contains(output("amtool", "config", "routes", "show", f"--config.file={path}"), "receiver: pager")


@case
def our_own_query_command():
    with Target({"/metrics": PAGE}) as target, Receiver() as receiver, Tocsin(files(target, receiver)) as server:
        eventually("data is there", lambda: server.value("count(temperature)") == 2)
        contains(tocsin("query", "instant", server.base, "sum(temperature)").stdout, "130")
        answer = json.loads(tocsin("query", "instant", server.base, "sum(temperature)", "-o", "json").stdout)
        contains(json.dumps(answer), '"130"')
        contains(tocsin("query", "range", server.base, "sum(temperature)", "--step", "1s").stdout, "130")


@case
def the_page_shows_alerts_rules_and_targets():
    with Target({"/metrics": PAGE}) as target, Receiver() as receiver, Tocsin(files(target, receiver)) as server:
        eventually("Hot fires", lambda: "Hot" in server.firing())
        page = server.get("/")
        equal(page.status, 200)
        contains(page.headers["Content-Type"], "text/html")
        for part in ("Hot", "temperature &gt; 80", target.address):
            contains(page.body, part)


main()
