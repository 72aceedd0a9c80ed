"""The JSON of every mounted endpoint has the keys and types of a real Prometheus and Alertmanager.

Both scrape the same target with the same rules. Debian's versions are older than the API that is
followed; what differs for that reason is listed below with the version that brought it.
"""
import json

from support.cases import case, equal, eventually, main
from support.fakes import Receiver, Target
from support.process import Tocsin, alertmanager, http, prometheus

PAGE = """# HELP temperature Degrees.
# TYPE temperature gauge
temperature{gpu="0"} 90
# HELP latency_seconds Time.
# TYPE latency_seconds histogram
latency_seconds_bucket{le="1.5"} 3
latency_seconds_bucket{le="+Inf"} 4
latency_seconds_sum 5
latency_seconds_count 4
"""
CONFIG = """
global: {{scrape_interval: 2s, evaluation_interval: 500ms}}
rule_files: [rules.yml]
alerting:
  alertmanagers:
    - static_configs: [{{targets: ['{alertmanager}']}}]
scrape_configs:
  - job_name: app
    static_configs: [{{targets: ['{target}']}}]
  - job_name: dropped
    relabel_configs: [{{action: drop, source_labels: [job], regex: dropped}}]
    static_configs: [{{targets: ['{target}']}}]
"""
RULES = """groups:
  - name: g
    rules:
      - record: hottest
        expr: max(temperature)
        labels: {of: all}
      - alert: Hot
        expr: temperature > 80
        for: 0s
        labels: {severity: page}
        annotations: {summary: too hot}
      - alert: Waiting
        expr: temperature > 80
        for: 1h
"""
ROUTES = """route: {{receiver: pager, group_wait: 0s, group_by: [alertname]}}
receivers:
  - name: pager
    webhook_configs: [{{url: '{url}/hook'}}]
"""

V1 = [
    ("/api/v1/query", {"query": "temperature"}), ("/api/v1/query", {"query": "1"}),
    ("/api/v1/query", {"query": "temperature", "stats": "true"}),
    ("/api/v1/query", {"query": "'text'"}), ("/api/v1/query", {"query": "temperature[1m]"}),
    ("/api/v1/query", {"query": "sum("}), ("/api/v1/query", {"query": "nothing"}), ("/api/v1/query", {}),
    ("/api/v1/query_range", {"query": "temperature", "start": "NOW-1", "end": "NOW", "step": "1"}),
    ("/api/v1/query_range", {"query": "1", "start": "2", "end": "1", "step": "1"}),
    ("/api/v1/series", {"match": "temperature"}), ("/api/v1/series", {}),
    ("/api/v1/labels", {}), ("/api/v1/labels", {"match": "temperature"}),
    ("/api/v1/label/gpu/values", {}), ("/api/v1/label/nothing/values", {}),
    ("/api/v1/rules", {}), ("/api/v1/rules", {"type": "alert"}), ("/api/v1/rules", {"type": "record"}),
    ("/api/v1/rules", {"type": "nonsense"}),
    ("/api/v1/alerts", {}), ("/api/v1/targets", {}), ("/api/v1/targets", {"state": "active"}),
    ("/api/v1/targets", {"state": "dropped"}), ("/api/v1/targets/metadata", {}),
    ("/api/v1/metadata", {}), ("/api/v1/metadata", {"metric": "temperature"}), ("/api/v1/alertmanagers", {}),
    ("/api/v1/status/tsdb", {}),
    ("/api/v1/format_query", {"query": "sum(temperature)by(gpu)"}), ("/api/v1/format_query", {"query": "("}),
    ("/api/v1/query_exemplars", {"query": "temperature", "start": "1", "end": "2"}),
    ("/api/v1/query_exemplars", {"query": "temperature", "start": "2", "end": "1"}),
    ("/api/v1/status/walreplay", {}), ("/api/v1/scrape_pools", {}),
    ("/api/v1/status/buildinfo", {}), ("/api/v1/status/config", {}), ("/api/v1/status/runtimeinfo", {}),
]
# Keys that Debian's versions do not have yet, and since when they are there.
NEWER = "a later Prometheus than Debian's 2.42"
KNOWN = {
    "/api/v1/query": {"samplesRead": NEWER},
    "/api/v1/rules": {"groupNextToken": NEWER},
    "/api/v1/targets": {"droppedTargetCounts": NEWER, "scrapePool": NEWER + " for dropped targets"},
    "/api/v1/status/runtimeinfo": {"hostname": NEWER, "serverTime": NEWER, "GOMEMLIMIT": NEWER},
}
V2 = [("/api/v2/alerts", {}), ("/api/v2/alerts", {"filter": 'severity="page"'}), ("/api/v2/alerts", {"filter": "{{"}),
      ("/api/v2/alerts", {"receiver": "("}), ("/api/v2/alerts/groups", {}), ("/api/v2/receivers", {}),
      ("/api/v2/status", {})]
NEWER_AM = "a later Alertmanager than Debian's 0.25"
KNOWN_V2 = {
    "/api/v2/alerts": {"mutedBy": NEWER_AM},
    "/api/v2/alerts/groups": {"mutedBy": NEWER_AM, "routeLabels": NEWER_AM},
    "/api/v2/receivers": {"labels": NEWER_AM},
}
KNOWN_WEBHOOK = {"notification_reason": NEWER_AM, "routeLabels": NEWER_AM}


def shape(value, known, path=""):
    """The value with every leaf replaced by its type; maps of user data keep their keys, too."""
    if isinstance(value, dict):
        return {key: shape(item, known, path + "/" + key) for key, item in value.items() if key not in known}
    if isinstance(value, list):
        # Entries of one list have one shape, or are told apart in order.
        shapes = [shape(item, known, path) for item in value]
        return [entry for index, entry in enumerate(shapes) if entry not in shapes[:index]]
    return type(value).__name__


def number(text, server):
    """Start and end relative to now, as a query of the server says it."""
    if not text.startswith("NOW"):
        return text
    return str(server.data("/api/v1/query", query="time()")["result"][0] + float(text[3:] or 0))


def ask(server, path, parameters):
    return server.get(path, **{name: number(value, server) for name, value in parameters.items()})


def differences(ours, theirs, endpoints, known):
    out = []
    for path, parameters in endpoints:
        mine, other = ask(ours, path, parameters), ask(theirs, path, parameters)
        skip = known.get(path, {})
        what = f"{path} {parameters}"
        if mine.status != other.status:
            out.append(f"{what}: status {mine.status}, there {other.status}: {mine.body[:200]} // {other.body[:200]}")
            continue
        left, right = shape(mine.json(), skip), shape(other.json(), skip)
        if left != right:
            out.append(f"{what}:\n   ours  {json.dumps(left, sort_keys=True)}\n   there {json.dumps(right, sort_keys=True)}")
        kind, other_kind = (a.headers.get("Content-Type", "").split(";")[0] for a in (mine, other))
        if kind != other_kind:
            out.append(f"{what}: Content-Type {kind}, there {other_kind}")
    return out


@case
def prometheus_and_we_answer_alike():
    with Target({"/metrics": PAGE}) as target, alertmanager(ROUTES.format(url="http://127.0.0.1:9")) as peer:
        files = {"prometheus.yml": CONFIG.format(target=target.address, alertmanager=f"127.0.0.1:{peer.port}"),
                 "rules.yml": RULES}
        with prometheus(files) as theirs, Tocsin(files) as ours:
            for server in (theirs, ours):
                eventually("alerts fire and rules have run",
                           lambda s=server: {a["state"] for a in s.alerts()} == {"firing", "pending"} and
                           s.value("hottest") == 90 and s.value("count_over_time(temperature[1m])") > 1)
                eventually("the Alertmanager is known",
                           lambda s=server: s.data("/api/v1/alertmanagers")["activeAlertmanagers"])
            equal("\n".join(differences(ours, theirs, V1, KNOWN)), "")
            check_values(ours, theirs)


def check_values(ours, theirs):
    """Answers that do not depend on time are the same to the last byte's meaning."""
    for path, parameters in [("/api/v1/series", {"match": '{job="app"}'}), ("/api/v1/labels", {}),
                             ("/api/v1/label/__name__/values", {"match": '{job="app",__name__!~"up|scrape_.*"}'}),
                             ("/api/v1/metadata", {})]:
        mine, other = ours.data(path, **parameters), theirs.data(path, **parameters)
        if path.endswith("series"):
            mine, other = (sorted(map(json.dumps, x)) for x in (mine, other))
        equal(mine, other, path)


@case
def alertmanager_and_we_answer_alike():
    with Receiver() as receiver, alertmanager(ROUTES.format(url=receiver.url)) as theirs, \
            Tocsin({"prometheus.yml": "scrape_configs: []\n",
                    "alertmanager.yml": ROUTES.format(url=receiver.url)}) as ours:
        alerts = [{"labels": {"alertname": "Hot", "severity": "page"}, "annotations": {"summary": "s"},
                   "generatorURL": "http://example.com/"}, {"labels": {"alertname": "Cold"}}]
        for server in (theirs, ours):
            answer = http(server.base + "/api/v2/alerts", alerts)
            equal((answer.status, answer.body), (200, ""))
            eventually("alerts are grouped",
                       lambda s=server: len(s.get("/api/v2/alerts/groups").json()) == 2)
            for bad in ([{"labels": {}}], [{"labels": {"alertname": ""}}], {"labels": 1}):
                equal(http(server.base + "/api/v2/alerts", bad).status // 100, 4, str(bad))
        equal("\n".join(differences(ours, theirs, V2, KNOWN_V2)), "")
        mine, other = ([a["fingerprint"] for a in s.get("/api/v2/alerts").json()] for s in (ours, theirs))
        equal(sorted(mine), sorted(other), "fingerprints")
        receiver.await_message("/hook", "both messages", lambda m: len(receiver.messages("/hook")) == 4)
        messages = [shape(m, KNOWN_WEBHOOK) for m in receiver.messages("/hook") if m["commonLabels"]["alertname"] == "Hot"]
        equal(messages[0], messages[1], "webhook messages")


main()
