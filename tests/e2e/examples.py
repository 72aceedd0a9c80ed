"""Every example passes `tocsin check`, and its alerts arrive as its files mean them.

The files are used as they are, but for addresses, which lead to fakes, and times, which are shortened.
"""
import contextlib
import os
import re
import time

from support.cases import case, contains, equal, eventually, main
from support.fakes import Mailbox, PagerDutyV1, Receiver, Target, text_of
from support.process import Tocsin, tocsin

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples")
STARTED = time.time()
INTERVALS = {"scrape": "scrape_interval: 2s", "evaluation": "evaluation_interval: 500ms"}


def read(name):
    """Files of an example, by name."""
    folder = os.path.join(EXAMPLES, name)
    files = {}
    for file in sorted(os.listdir(folder)):
        with open(os.path.join(folder, file), encoding="utf-8") as opened:
            files[file] = opened.read()
    return files


def hasten(files):
    """The same with intervals and waits that a test can stand."""
    out = {name: re.sub(r"\bfor: \d+[smh]", "for: 1s", text) for name, text in files.items()}
    config = re.sub(r"(scrape|evaluation)_interval: \w+", lambda match: INTERVALS[match[1]], out["prometheus.yml"])
    config = config if "global:" in config else f"global:\n  {INTERVALS['scrape']}\n{config}"
    if "evaluation_interval" not in config:
        config = config.replace("global:\n", f"global:\n  {INTERVALS['evaluation']}\n")
    routes = re.sub(r"group_wait: \w+", "group_wait: 0s", out["alertmanager.yml"])
    routes = re.sub(r"group_interval: \w+", "group_interval: 1s", routes)
    for key, value in (("group_wait", "0s"), ("group_interval", "1s")):
        if key not in routes:
            routes = re.sub(r"^route:$", f"route:\n  {key}: {value}", routes, flags=re.MULTILINE)
    return out | {"prometheus.yml": config, "alertmanager.yml": routes}


def redirect(files, addresses):
    """Replaces addresses; each must be there."""
    joined = "".join(files.values())
    for old, new in addresses.items():
        assert old in joined, f"{old} is not in the example any more"
        files = {name: text.replace(old, new) for name, text in files.items()}
    return files


def counter(per_second):
    """A counter's value now."""
    return per_second * (time.time() - STARTED)


@contextlib.contextmanager
def driven(name, addresses):
    """The example running, with other addresses."""
    with Tocsin(redirect(hasten(read(name)), addresses)) as server:
        yield server


def names(message):
    """Names of a webhook message's alerts."""
    return {alert["labels"]["alertname"] for alert in message["alerts"]}


@case
def all_examples_pass_check():
    folders = [name for name in sorted(os.listdir(EXAMPLES)) if os.path.isdir(os.path.join(EXAMPLES, name))]
    assert len(folders) >= 6, folders
    for name in folders:
        result = tocsin("check", "config", f"{EXAMPLES}/{name}/prometheus.yml")
        equal(result.returncode, 0, name + result.stdout + result.stderr)
        contains(result.stdout, "rules found")
        result = tocsin("check", "notify", f"{EXAMPLES}/{name}/alertmanager.yml")
        equal(result.returncode, 0, name + result.stdout + result.stderr)


GPU = """nvidia_gpu_memory_used_bytes{{minor_number="0"}} {used}
nvidia_gpu_memory_total_bytes{{minor_number="0"}} 100
nvidia_gpu_temperature_celsius{{minor_number="0"}} {celsius}
nvidia_gpu_utilization{{minor_number="0"}} 1
nvidia_gpu_power_usage_watts{{minor_number="0"}} {watts}
"""


@case
def zakenak_routes_by_priority():
    with Target({"/metrics": GPU.format(used=95, celsius=90, watts=120)}) as gpu, Target() as ollama, \
            Receiver() as receiver:
        ollama.status = 503
        addresses = {"localhost:9445": gpu.address, "localhost:11435": ollama.address,
                     "http://127.0.0.1:9099": receiver.url}
        with driven("zakenak", addresses):
            hot = receiver.await_message("/hooks/critical", "GPUTooHot", lambda m: names(m) == {"GPUTooHot"})
            equal(hot["commonAnnotations"], {"summary": "GPU 0 runs at 90 °C"})
            equal(hot["commonLabels"]["priority"], "P1")
            down = receiver.await_message("/hooks/critical", "OllamaDown", lambda m: names(m) == {"OllamaDown"})
            equal(down["groupLabels"], {"alertname": "OllamaDown", "instance": ollama.address})
            equal(down["commonLabels"]["component"], "ollama")
            full = receiver.await_message("/hooks/high", "GPUHighMemoryUsage")
            equal(full["commonAnnotations"]["description"], "GPU memory usage above 90% (now 95%)")
            idle = receiver.await_message("/hooks/low", "GPUIdle")
            equal(names(idle), {"GPUIdle"})
            gpu.pages["/metrics"] = GPU.format(used=10, celsius=40, watts=10)
            ollama.status = 200
            for path, name in (("critical", "GPUTooHot"), ("critical", "OllamaDown"), ("high", "GPUHighMemoryUsage")):
                receiver.await_message(f"/hooks/{path}", f"the end of {name}",
                                       lambda m, n=name: m["status"] == "resolved" and names(m) == {n})
            equal({m["status"] for m in receiver.messages("/hooks/low")}, {"firing"}, "send_resolved: false")


def llamactl_page():
    n = counter(100)
    return f"""llamactl_instance_up{{instance_name="a"}} 0
llamactl_instance_up{{instance_name="b"}} 1
llamactl_instance_memory_percent{{instance_name="b"}} 93.5
llamactl_instance_start_time_seconds{{instance_name="b"}} {time.time() - 7200}
llamactl_instance_memory_bytes{{instance_name="b"}} 25
llamactl_system_memory_total_bytes{{instance_name="b"}} 100
llamactl_api_requests_total{{status="200"}} {n}
llamactl_api_requests_total{{status="404"}} {n}
llamactl_api_request_duration_seconds_bucket{{le="1"}} 0
llamactl_api_request_duration_seconds_bucket{{le="10"}} {n}
llamactl_api_request_duration_seconds_bucket{{le="+Inf"}} {n}
"""


@case
def llamactl_tells_slack():
    with Target({"/metrics": llamactl_page}) as target, Receiver() as receiver:
        addresses = {"localhost:8080": target.address, "https://hooks.slack.com/services/...": receiver.url + "/slack"}
        with driven("llamactl", addresses) as server:
            for text in ("Llamactl instance a is down", "b uses 93.5% of its memory", "API latency is at 9.55s"):
                message = receiver.await_message("/slack", text, lambda m, t=text: m["attachments"][0]["text"] == t)
                equal((message["channel"], message["attachments"][0]["title"]), ("#alerts", "Llamactl Alert"))
            check_queries(server, read("llamactl")["queries.promql"].splitlines())


def check_queries(server, lines):
    """The dashboard's queries: hours since the start, memory in percent, share of 4xx."""
    expected = {"start_time": 2, "memory_bytes": 25, "4..": 50}
    equal(len(lines), len(expected))
    for line, (part, value) in zip(lines, expected.items()):
        contains(line, part)
        for result in server.query(line):
            assert abs(result[1] - value) < 0.5, (line, result)
        assert server.query(line), line


def llamastack_page():
    n = counter(100)
    return f"""llamastack_requests_total{{status="500"}} {n}
llamastack_requests_total{{status="200"}} {n}
llamastack_request_duration_seconds_bucket{{le="2"}} 0
llamastack_request_duration_seconds_bucket{{le="4"}} {n}
llamastack_request_duration_seconds_bucket{{le="+Inf"}} {n}
"""


CADVISOR = """container_memory_usage_bytes{container="full"} 95
container_spec_memory_limit_bytes{container="full"} 100
container_memory_usage_bytes{container="unlimited"} 95
container_spec_memory_limit_bytes{container="unlimited"} 0
"""


@case
def llamastack_sends_mail():
    with Target({"/metrics": llamastack_page}) as up, Target() as down, Target({"/metrics": CADVISOR}) as cadvisor, \
            Mailbox() as mailbox:
        down.status = 500
        addresses = {"localhost:8321": up.address, "localhost:8322": down.address, "localhost:8080": cadvisor.address,
                     "localhost:587": mailbox.address}
        with driven("llamastack", addresses):
            parts = {"LlamaStackDown": f"LlamaStack instance {down.address} has not answered",
                     "HighErrorRate": "errors per second.", "HighLatency": "95 of 100 requests take up to 3.9s",
                     "HighMemoryUsage": "Memory usage is above 90%."}
            for name, text in parts.items():
                mail = mailbox.await_mail(name, lambda m, n=name: m["Subject"] == f"LlamaStack Alert: {n}")
                contains(text_of(mail), "Description: ")
                contains(text_of(mail), text)
                equal((mail["From"], mail["To"]), ("alerts@example.com", "admin@example.com"))
            assert "unlimited" not in text_of(mail), "a container without a limit"
            down.status = 200
            mailbox.await_mail("the end of LlamaStackDown",
                               lambda m: m["Subject"] == "LlamaStack Alert: LlamaStackDown" and m is not mailbox.mails[0]
                               and sum(x["Subject"] == m["Subject"] for x in mailbox.mails) >= 2)


def model_page():
    n = counter(10)
    return f"""inference_latency_seconds_sum{{model="llama"}} {n}
inference_latency_seconds_count{{model="llama"}} {n}
inference_errors_total {n / 10}
inference_requests_total {n}
nvidia_gpu_duty_cycle{{gpu="0"}} 12
unrelated_total 5
"""


@case
def openhands_pages_and_tells_slack():
    with Target({"/metrics": model_page, "/metrics/detailed": "model_loaded 1\nother 2\n"}) as model, \
            Target({"/metrics": "ollama_up 1\n"}) as ollama, Target({"/metrics": CADVISOR}) as cadvisor, \
            Receiver() as receiver, PagerDutyV1() as pager:
        addresses = {"'model-server-0.models:8000', 'model-server-1.models:8000'": f"'{model.address}'",
                     "'ollama-0.models:11435', 'ollama-1.models:11435'": f"'{ollama.address}'",
                     "'node-0:8080', 'node-1:8080'": f"'{cadvisor.address}'",
                     "https://hooks.slack.com/services/YOUR/SLACK/WEBHOOK": receiver.url + "/slack",
                     # Events v1 has one fixed address, so it is reached through a proxy.
                     "service_key: YOUR_PAGERDUTY_KEY":
                         f"service_key: K3Y\n        http_config: {{proxy_url: '{pager.url}', "
                         "tls_config: {insecure_skip_verify: true}}"}
        with driven("openhands", addresses) as server:
            event = pager.await_event("HighErrorRate")
            equal((event["service_key"], event["event_type"]), ("K3Y", "trigger"))
            contains(event["description"], "HighErrorRate")
            texts = {"HighInferenceLatency": "Model llama needs 1s per request",
                     "LowGPUUtilization": "GPU utilization is below 30%",
                     "HighMemoryUsage": "Container full uses more than 85% of its memory"}
            for name, text in texts.items():
                message = receiver.await_message(
                    "/slack", name, lambda m, n=name: m["attachments"][0]["title"] == f"[FIRING] {n}")
                contains(message["attachments"][0]["text"], "*Description:* " + text)
                equal(message["channel"], "#alerts")
            eventually("the other page is scraped, too", lambda: len(server.query("model_loaded")) == 1)
            equal(server.query("unrelated_total"), [])
            equal(server.query("other"), [])


def service_page():
    n = counter(10)
    return f"""ml_service_http_requests_total {n}
ml_service_request_duration_bucket{{le="5"}} 0
ml_service_request_duration_bucket{{le="10"}} {n}
ml_service_request_duration_bucket{{le="+Inf"}} {n}
"""


@case
def it_stack_pages_and_starts_the_runbook():
    with Target({"/metrics": service_page}) as service, Target() as dead, Target({"/probe": "probe_success 0\n"}) as probe, \
            Target({"/metrics": "node_memory_MemAvailable_bytes 5\nnode_memory_MemTotal_bytes 100\n"}) as node, \
            Receiver() as receiver:
        dead.status = 500
        addresses = {"ml-api-0:8080": service.address, "ml-api-1:8080": dead.address, "localhost:9100": node.address,
                     "localhost:9115": probe.address, "http://127.0.0.1:9098": receiver.url,
                     "https://hooks.slack.com/services/YOUR/SLACK/WEBHOOK": receiver.url + "/slack",
                     "routing_key: YOUR_PAGERDUTY_ROUTING_KEY": f"routing_key: K3Y\n        url: {receiver.url}/page"}
        with driven("it-stack", addresses) as server:
            for name in ("MLInferenceLatencyP99", "MLServiceDown"):
                page = receiver.await_message("/page", name, lambda m, n=name: n in m["payload"]["summary"])
                equal((page["event_action"], page["payload"]["severity"]), ("trigger", "critical"))
                hook = receiver.await_message("/runbook", name, lambda m, n=name: names(m) == {n})
                equal(hook["commonLabels"] | {"cluster": "production", "team": "mlops"}, hook["commonLabels"])
                receiver.await_message("/slack", name, lambda m, n=name: m["channel"] == "#mlops-critical"
                                       and n in m["attachments"][0]["title"])
            for name in ("ProbeFailed", "NodeMemoryLow"):
                receiver.await_message("/slack", name, lambda m, n=name: m["channel"] == "#mlops"
                                       and n in m["attachments"][0]["title"])
            contains(probe.requests[0].path, "/probe?module=http_2xx&target=https%3A%2F%2Fml-api.prod.svc")
            equal(server.query("probe_success")[0][0]["instance"], "https://ml-api.prod.svc.cluster.local/health")
            eventually("the recording rule has run",
                       lambda: (server.value("job:ml_service:http_requests_total:rate5m") or 0) > 0)


main()
