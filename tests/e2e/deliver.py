"""From real targets to every receiver: scraped, evaluated, routed, delivered, resolved."""
import json
import re

from support.cases import case, contains, equal, eventually, main
from support.fakes import Mailbox, Receiver, text_of
from support.process import Tocsin, alertmanager, node_exporter, python_target, run

CONFIG = """
global:
  scrape_interval: 2s
  evaluation_interval: 500ms
  external_labels: {{cluster: test}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: app
    static_configs:
      - targets: ['127.0.0.1:{app}']
"""

NODE_JOB = """
  - job_name: node
    static_configs:
      - targets: ['127.0.0.1:{node}']
        labels: {{rack: r1}}
"""

ALERTING = """
alerting:
  alertmanagers:
    - static_configs:
        - targets: ['127.0.0.1:{port}']
"""

RULES = """
groups:
  - name: app
    rules:
      - record: app:queue_depth:max
        expr: max by (job) (app_queue_depth)
      - alert: QueueFull
        expr: app:queue_depth:max > 10
        for: 1s
        labels:
          severity: critical
        annotations:
          summary: '{{ $labels.job }} has {{ $value }} requests waiting'
      - alert: Watchdog
        expr: node_memory_MemTotal_bytes > 0
        labels: {severity: none}
"""

ROUTES = """
global:
  smtp_smarthost: {smtp}
  smtp_from: tocsin@example.com
  smtp_require_tls: false
route:
  receiver: nobody
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
  routes:
    - matchers: ['severity = critical']
      receiver: all
receivers:
  - name: nobody
  - name: all
    webhook_configs:
      - url: {url}/hook
    slack_configs:
      - api_url: {url}/slack
        channel: '#gpu'
        send_resolved: true
    pagerduty_configs:
      - url: {url}/pagerduty
        routing_key: R0UT1NG
    email_configs:
      - to: oncall@example.com
        send_resolved: true
"""


def answer(request):
    if request.path == "/pagerduty":
        key = request.json()["dedup_key"]
        return 202, {}, json.dumps({"status": "success", "message": "Event processed", "dedup_key": key})
    return 200, {}, "ok"


@case
def real_targets_reach_every_receiver_and_resolve():
    with node_exporter() as node, python_target() as app, Receiver() as receiver, Mailbox() as mailbox:
        receiver.answer = answer
        files = {"prometheus.yml": (CONFIG + NODE_JOB).format(node=node.port, app=app.port), "rules.yml": RULES,
                 "alertmanager.yml": ROUTES.format(url=receiver.url, smtp=mailbox.address)}
        with Tocsin(files) as server:
            check_scraped(server, node, app)
            check_watchdog(server)
            app.tell("set queue 42")
            check_firing(server, receiver, mailbox)
            app.tell("set queue 3")
            check_resolved(server, receiver, mailbox)


def check_scraped(server, node, app):
    eventually("both targets are up", lambda: sum(v for _, v in server.query("up")) == 2)
    eventually("both are shown as up", lambda: {("node", "up", ""), ("app", "up", "")} ==
               {(t["labels"]["job"], t["health"], t["lastError"]) for t in server.targets()})
    equal(server.query("up{job='node'}")[0][0],
          {"__name__": "up", "instance": f"127.0.0.1:{node.port}", "job": "node", "rack": "r1"})
    assert server.value("node_memory_MemTotal_bytes") > 1e6
    equal(server.value("app_latency_seconds_bucket{le='1.0'}"), 3.0)
    equal(server.value("app_response_bytes_sum"), 512.0)
    series = server.data("/api/v1/series", match=f'app_queue_depth{{instance="127.0.0.1:{app.port}"}}')
    equal(series, [{"__name__": "app_queue_depth", "instance": f"127.0.0.1:{app.port}", "job": "app",
                    "model": "llama"}])
    assert {"__name__", "instance", "job", "rack", "model", "le"} <= set(server.data("/api/v1/labels"))
    equal(server.data("/api/v1/label/job/values"), ["app", "node"])
    metadata = server.data("/api/v1/metadata")
    equal(metadata["app_latency_seconds"],
          [{"type": "histogram", "help": "Time to first token.", "unit": ""}])
    equal(metadata["app_requests_total"][0]["type"], "counter")
    equal(metadata["node_memory_MemTotal_bytes"][0]["type"], "gauge")


def check_watchdog(server):
    eventually("the watchdog fires", lambda: "Watchdog" in server.firing())
    eventually("its series is there", lambda: server.value("ALERTS{alertname='Watchdog',alertstate='firing'}") == 1)
    eventually("all rules are well", lambda: rules(server) == [
        ("app:queue_depth:max", "recording", "ok"), ("QueueFull", "alerting", "ok"), ("Watchdog", "alerting", "ok")])
    # It has no `for`, so scrapes of its target have it looked at between slots.
    eventually("the watchdog is evaluated early", lambda: re.search(
        r"^tocsin_rule_early_evaluations_total\{.*;app\"\} [1-9]", server.get("/metrics").body, re.MULTILINE))


def rules(server):
    return [(r["name"], r["type"], r["health"]) for r in server.data("/api/v1/rules")["groups"][0]["rules"]]


def check_firing(server, receiver, mailbox):
    hook = receiver.await_message("/hook", "a firing message", lambda m: m["status"] == "firing")
    equal(hook["commonLabels"], {"alertname": "QueueFull", "cluster": "test", "job": "app", "severity": "critical"})
    equal(hook["commonAnnotations"], {"summary": "app has 42 requests waiting"})
    equal((hook["version"], hook["receiver"], hook["truncatedAlerts"]), ("4", "all", 0))
    contains(hook["alerts"][0]["generatorURL"], f":{server.port}/graph?g0.expr=app%3Aqueue_depth%3Amax+%3E+10")
    slack = receiver.await_message("/slack", "a firing message")
    equal(slack["channel"], "#gpu")
    contains(slack["attachments"][0]["title"], "[FIRING:1] QueueFull")
    equal(slack["attachments"][0]["color"], "danger")
    page = receiver.await_message("/pagerduty", "a trigger")
    equal((page["routing_key"], page["event_action"], page["payload"]["severity"]), ("R0UT1NG", "trigger", "error"))
    contains(page["payload"]["summary"], "QueueFull")
    mail = mailbox.await_mail("a firing mail")
    equal((mail["To"], mail["From"]), ("oncall@example.com", "tocsin@example.com"))
    contains(mail["Subject"], "[FIRING:1] QueueFull")
    contains(text_of(mail), "app has 42 requests waiting")
    equal([r.headers["Content-Type"] for r in receiver.requests if r.path == "/hook"][0], "application/json")


def check_resolved(server, receiver, mailbox):
    fired = receiver.messages("/hook")[0]
    hook = receiver.await_message("/hook", "a resolved message", lambda m: m["status"] == "resolved")
    equal(hook["alerts"][0]["fingerprint"], fired["alerts"][0]["fingerprint"])
    equal(hook["groupKey"], fired["groupKey"])
    assert hook["alerts"][0]["endsAt"] > hook["alerts"][0]["startsAt"]
    receiver.await_message("/slack", "a resolved message", lambda m: m["attachments"][0]["color"] == "good")
    page = receiver.await_message("/pagerduty", "a resolve", lambda m: m["event_action"] == "resolve")
    equal(page["dedup_key"], receiver.messages("/pagerduty")[0]["dedup_key"])
    mailbox.await_mail("a resolved mail", lambda m: "[RESOLVED] QueueFull" in m["Subject"])
    equal(server.firing(), {"Watchdog"})
    # One alert, one message each way: nothing is repeated before its time.
    equal([m["status"] for m in receiver.messages("/hook")], ["firing", "resolved"])


@case
def a_real_alertmanager_takes_our_alerts():
    config = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
    with python_target() as app, alertmanager(config) as peer:
        files = {"prometheus.yml": (CONFIG + ALERTING).format(app=app.port, port=peer.port), "rules.yml": RULES}
        with Tocsin(files) as server:
            app.tell("set queue 42")

            def shown():
                out = run("amtool", "alert", "query", f"--alertmanager.url={peer.base}", "-o", "json")
                return out.returncode == 0 and json.loads(out.stdout)
            alert = eventually("amtool shows the alert in Alertmanager", shown)[0]
            equal(alert["labels"], {"alertname": "QueueFull", "cluster": "test", "job": "app", "severity": "critical"})
            equal(alert["annotations"], {"summary": "app has 42 requests waiting"})
            equal([a["url"] for a in server.data("/api/v1/alertmanagers")["activeAlertmanagers"]],
                  [f"{peer.base}/api/v2/alerts"])
            app.tell("set queue 0")
            eventually("Alertmanager no longer has it",
                       lambda: peer.get("/api/v2/alerts").json() == [])


main()
