"""Receivers that misbehave: retried until they answer, and the others get theirs at once."""
import re

from support.cases import case, contains, equal, eventually, main
from support.fakes import ClosedPort, Mailbox, RawTarget, Receiver, Target
from support.process import Tocsin

CONFIG = """
global: {{scrape_interval: 2s, evaluation_interval: 500ms}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: app
    static_configs: [{{targets: ['{target}']}}]
"""
RULES = "groups: [{name: g, rules: [{alert: Hot, expr: temperature > 80}]}]\n"
ROUTE = "route: {receiver: all, group_wait: 0s, group_interval: 1s}\n"


class Script:
    """Answers with each of `first` once, then with 200; an entry is (status, headers, body)."""

    def __init__(self, *first):
        self.left = list(first)

    def __call__(self, _):
        return self.left.pop(0) if self.left else (200, {}, "ok")


def serve(target, receivers, head=""):
    return Tocsin({"prometheus.yml": CONFIG.format(target=target.address), "rules.yml": RULES,
                   "alertmanager.yml": head + ROUTE + "receivers:\n  - name: all\n" + receivers})


def hook(url):
    return f"      - url: '{url}/hook'\n"


@case
def each_failure_is_retried_and_disturbs_nobody():
    answers = {"overloaded": (429, {"Retry-After": "1"}, "slow down"), "broken": (500, {}, "oops"),
               "unavailable": (503, {}, ""), "gateway": (502, {}, "<html>" + "x" * 100_000)}
    with Target({"/metrics": "temperature 90\n"}) as target, Receiver() as good:
        fakes = {name: Receiver() for name in answers}
        for name, fake in fakes.items():
            fake.answer = Script(answers[name], answers[name])
        with RawTarget(lambda connection, fake: fake.released.wait()) as hangs, \
                RawTarget(lambda connection, _: connection.sendall(b"\x00\xff nonsense\r\n\r\n")) as garbage, \
                RawTarget(lambda connection, _: None) as closes, ClosedPort() as nobody:
            bad = [fake.url for fake in (hangs, garbage, closes, nobody)]
            urls = bad + [fake.url for fake in fakes.values()] + [good.url]
            with serve(target, "    webhook_configs:\n" + "".join(map(hook, urls))) as server:
                good.await_message("/hook", "its message in spite of the others")
                for name, fake in fakes.items():
                    eventually(f"{name} is tried until it answers 200", lambda f=fake: len(f.requests) >= 3)
                eventually("garbage is retried", lambda: garbage.connections >= 2)
                eventually("closed connections are retried", lambda: closes.connections >= 2)
                assert hangs.connections >= 1
                target.pages["/metrics"] = "temperature 20\n"
                good.await_message("/hook", "the end, too", lambda m: m["status"] == "resolved")
                equal([m["status"] for m in good.messages("/hook")], ["firing", "resolved"])
                contains(server.get("/metrics").body, "alertmanager_notifications_failed_total{")
        for fake in fakes.values():
            fake.__exit__()


@case
def what_is_refused_for_good_is_reported():
    with Target({"/metrics": "temperature 90\n"}) as target, Receiver() as refuses, Receiver() as good:
        refuses.answer = lambda request: (400, {}, "invalid payload")
        with serve(target, "    webhook_configs:\n" + hook(refuses.url) + hook(good.url)) as server:
            good.await_message("/hook", "its message")
            server.expect(r"level=(error|warn).*(400|invalid payload)")
            target.pages["/metrics"] = "temperature 20\n"
            good.await_message("/hook", "the end", lambda m: m["status"] == "resolved")


@case
def slack_and_pagerduty_are_retried():
    with Target({"/metrics": "temperature 90\n"}) as target, Receiver() as slack, Receiver() as pager:
        slack.answer = Script((429, {"Retry-After": "1"}, "rate_limited"), (500, {}, ""))
        pager.answer = Script((429, {}, '{"status":"throttle exceeded"}'), (500, {}, "internal"))
        receivers = (f"    slack_configs: [{{api_url: '{slack.url}/s', channel: '#c', send_resolved: true}}]\n"
                     f"    pagerduty_configs: [{{url: '{pager.url}/p', routing_key: k}}]\n")
        with serve(target, receivers):
            eventually("Slack takes it at the third try", lambda: len(slack.requests) >= 3)
            eventually("PagerDuty takes it at the third try", lambda: len(pager.requests) >= 3)
            equal(len({m["dedup_key"] for m in pager.messages("/p")}), 1)
            target.pages["/metrics"] = "temperature 20\n"
            pager.await_message("/p", "the end", lambda m: m["event_action"] == "resolve")


@case
def mail_that_is_put_off_is_sent_again():
    with Target({"/metrics": "temperature 90\n"}) as target, Mailbox() as mailbox, Receiver() as good:
        mailbox.refuse = "451 try again later"
        head = (f"global: {{smtp_smarthost: '{mailbox.address}', smtp_from: a@example.com, "
                "smtp_require_tls: false}\n")
        receivers = "    email_configs: [{to: b@example.com}]\n    webhook_configs:\n" + hook(good.url)
        with serve(target, receivers, head) as server:
            good.await_message("/hook", "its message")
            eventually("a refused mail is counted", lambda: failed(server) > 0)
            mailbox.refuse = None
            equal(mailbox.await_mail("the mail at a later try")["To"], "b@example.com")


def failed(server):
    lines = re.findall(r'^alertmanager_notification_requests_failed_total\{.*email.*\} (\S+)$', server.get("/metrics").body,
                       re.MULTILINE)
    return sum(map(float, lines))


@case
def an_alertmanager_that_hangs_does_not_hold_up_another():
    with Target({"/metrics": "temperature 90\n"}) as target, Receiver() as good, \
            RawTarget(lambda connection, fake: fake.released.wait()) as hangs:
        alerting = ("alerting:\n  alertmanagers:\n"
                    f"    - static_configs: [{{targets: ['{hangs.address}', '{good.address}']}}]\n")
        files = {"prometheus.yml": CONFIG.format(target=target.address) + alerting, "rules.yml": RULES}
        with Tocsin(files, resend_delay="1s"):
            for _ in range(2):
                before = len(good.requests)
                eventually("alerts keep coming", lambda b=before: len(good.requests) > b)
            equal(good.messages("/api/v2/alerts")[0][0]["labels"]["alertname"], "Hot")
            eventually("the other was tried", lambda: hangs.connections)


main()
