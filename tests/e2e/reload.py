"""Reloading, stopping and starting again."""
import json
import signal
import socket
import tempfile

from support.cases import case, contains, equal, eventually, main
from support.fakes import Receiver, Target
from support.process import Process, TOCSIN, Tocsin

CONFIG = """
global: {{scrape_interval: 2s, evaluation_interval: 500ms}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: app
    static_configs: [{{targets: ['{target}']}}]
"""
RULES = """groups:
  - name: g
    rules:
      - alert: Hot
        expr: vector(90) > 80
        annotations: {summary: hot}
"""
OTHER_RULE = """      - alert: Cold
        expr: vector(90) < 100
"""
SCRAPED_RULE = RULES.replace("vector(90)", "temperature")
ROUTES = """
route: {{receiver: hook, group_wait: 0s, group_interval: 1s, group_by: [alertname]}}
receivers:
  - name: hook
    webhook_configs: [{{url: '{url}/hook'}}]
"""


def files(target, receiver, rules=RULES):
    return {"prometheus.yml": CONFIG.format(target=target.address), "rules.yml": rules,
            "alertmanager.yml": ROUTES.format(url=receiver.url)}


def active_since(server, name):
    return next(alert["activeAt"] for alert in server.alerts() if alert["labels"]["alertname"] == name)


def rule_names(server):
    return [rule["name"] for group in server.data("/api/v1/rules")["groups"] for rule in group["rules"]]


def successful(server):
    return server.metric("tocsin_config_last_reload_successful")


@case
def reload_takes_new_rules_and_keeps_alerts():
    # What a rule that is gone has sent ends by itself, after four delays.
    with Target() as target, Receiver() as receiver, \
            Tocsin(files(target, receiver), resend_delay="3s") as server:
        eventually("Hot fires", lambda: "Hot" in server.firing())
        receiver.await_message("/hook", "the first page")
        since = active_since(server, "Hot")
        server.write({"rules.yml": RULES + OTHER_RULE})
        equal(server.reload().status, 200)
        equal(rule_names(server), ["Hot", "Cold"])
        eventually("both fire", lambda: server.firing() == {"Hot", "Cold"})
        equal(active_since(server, "Hot"), since, "the alert started anew")
        receiver.await_message("/hook", "the new alert", lambda m: m["commonLabels"]["alertname"] == "Cold")
        equal([m["commonLabels"]["alertname"] for m in receiver.messages("/hook")], ["Hot", "Cold"])
        server.write({"rules.yml": RULES})
        server.hangup()
        eventually("SIGHUP takes the rule away", lambda: rule_names(server) == ["Hot"])
        equal(active_since(server, "Hot"), since)
        receiver.await_message("/hook", "the end of the removed rule's alert",
                               lambda m: m["status"] == "resolved" and m["commonLabels"]["alertname"] == "Cold")


@case
def a_pending_alert_stays_pending_over_a_reload():
    with Target() as target, Receiver() as receiver:
        start = files(target, receiver)
        start["rules.yml"] = RULES.replace("expr: ", "for: 1h\n        expr: ")
        with Tocsin(start) as server:
            eventually("Hot is pending", lambda: [a["state"] for a in server.alerts()] == ["pending"])
            since = active_since(server, "Hot")
            server.write({"rules.yml": start["rules.yml"] + OTHER_RULE})
            equal(server.reload().status, 200)
            eventually("the new rule fires", lambda: "Cold" in server.firing())
            equal(active_since(server, "Hot"), since)
            page = receiver.await_message("/hook", "the new rule's page")
            equal(page["commonLabels"], {"alertname": "Cold"})


@case
def a_bad_file_keeps_the_running_configuration():
    with Target() as target, Receiver() as receiver:
        start = files(target, receiver)
        with Tocsin(start) as server:
            eventually("Hot fires", lambda: "Hot" in server.firing())
            equal(successful(server), 1.0)
            bad = {"rules.yml": ("expr: vector(90)", "expr: sum(vector(90)", "rules.yml:5:"),
                   "prometheus.yml": ("global:", "globall:", "prometheus.yml:2:1:"),
                   "alertmanager.yml": ("receivers:", "recievers:", "alertmanager.yml:3:1:")}
            for name, (old, new, place) in bad.items():
                server.write({name: start[name].replace(old, new)})
                answer = server.reload()
                equal(answer.status, 500)
                contains(answer.body, f"{server.folder}/{place}")
                equal(successful(server), 0.0)
                equal(rule_names(server), ["Hot"])
                equal(server.firing(), {"Hot"})
                server.write({name: start[name]})
            equal(server.reload().status, 200)
            equal(successful(server), 1.0)
            server.write({"rules.yml": "groups: ["})
            server.hangup()
            eventually("SIGHUP's failure is shown", lambda: successful(server) == 0.0)
            server.expect(r"Error reloading config.*rules\.yml:1:")


@case
def targets_and_receivers_change_on_reload():
    with Target({"/metrics": "temperature 90\n"}) as first, Target({"/metrics": "temperature 95\n"}) as second, \
            Receiver() as old, Receiver() as new, Tocsin(files(first, old, SCRAPED_RULE)) as server:
        old.await_message("/hook", "the first target's alert")
        server.write(files(second, new, SCRAPED_RULE))
        equal(server.reload().status, 200)
        eventually("only the second target is scraped",
                   lambda: [t["labels"]["instance"] for t in server.targets()] == [second.address])
        new.await_message("/hook", "the second target's alert",
                          lambda m: m["status"] == "firing" and
                          any(a["labels"]["instance"] == second.address for a in m["alerts"]))
        eventually("the first target's series are stale", lambda: len(server.query("temperature")) == 1)
        contains(server.data("/api/v1/status/config")["yaml"], second.address)


@case
def lifecycle_can_be_forbidden():
    with Target() as target, Receiver() as receiver, \
            Tocsin(files(target, receiver), "--no-web.enable-lifecycle") as server:
        equal(server.reload().status, 403)


@case
def after_termination_the_folder_is_usable_again():
    with Target() as target, Receiver() as receiver, \
            tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
        for _ in range(2):
            before = len(receiver.messages("/hook"))
            with Tocsin(files(target, receiver), folder=folder) as server:
                eventually("Hot fires", lambda: "Hot" in server.firing())
                eventually("a page", lambda: len(receiver.messages("/hook")) > before)
                server.signal(signal.SIGTERM)
                equal(server.wait(), 0)
                assert "level=error" not in server.output, server.output
        # Stopping is no recovery: nobody is told that the alert is over.
        equal({m["status"] for m in receiver.messages("/hook")}, {"firing"})


@case
def termination_waits_for_nothing_that_hangs():
    with Target() as target, Receiver() as receiver:
        target.answer = target.hang
        receiver.answer = receiver.hang
        start = files(target, receiver)
        with Tocsin(start) as server, socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"GET /-/ready HTTP/1.1\r\nHost: x\r\n")  # Never finished.
            receiver.await_request("a delivery under way", lambda r: r.path == "/hook")
            server.signal(signal.SIGINT)
            equal(server.wait(), 0)  # All of them hang longer than this waits.


@case
def logs_as_json_are_json():
    with Target() as target, Receiver() as receiver, tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
        for name, text in files(target, receiver).items():
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        with Process([TOCSIN, "serve", f"--config.file={folder}/prometheus.yml", f"--storage.path={folder}/data",
                      "--web.listen-address=127.0.0.1:0", "--log.format=json"]) as server:
            server.expect("ready to receive")
            server.signal(signal.SIGTERM)
            equal(server.wait(), 0)
            lines = [json.loads(line) for line in server.output.splitlines()]
            assert len(lines) >= 3 and all({"timestamp", "level", "message"} <= line.keys() for line in lines), lines


main()
