"""SIGTERM: what is queued is still sent, for a bounded time, and a second signal ends the wait."""
import signal
import threading

from support.cases import case, contains, equal, eventually, main
from support.fakes import Receiver
from support.process import Tocsin

RULES = "groups: [{name: g, interval: 200ms, rules: [{alert: Always, expr: vector(1)}]}]\n"


def files(address):
    return {"prometheus.yml": "rule_files: [rules.yml]\n"
                              f"alerting: {{alertmanagers: [{{timeout: 1h, static_configs: [{{targets: ['{address}']}}]}}]}}\n",
            "rules.yml": RULES}


def queued(server):
    """Alerts that wait behind the request under way."""
    return any(line.startswith("prometheus_notifications_queue_length{") and not line.endswith(" 0")
               for line in server.get("/metrics").body.splitlines())


def told_to_stop(server):
    server.signal(signal.SIGTERM)
    server.expect("Received a signal to stop")


@case
def queued_alerts_still_reach_the_alertmanager():
    with Receiver() as peer:
        may_answer = threading.Event()

        def answer(_):
            may_answer.wait()
            return 200, {}, ""

        peer.answer = answer
        with Tocsin(files(peer.address), resend_delay="1s") as server:
            eventually("a request is under way", lambda: peer.requests)
            eventually("further alerts wait", lambda: queued(server))
            equal(len(peer.requests), 1)
            told_to_stop(server)
            may_answer.set()
            equal(server.wait(), 0)
            # Rules may have run once more before they were stopped.
            assert len(peer.requests) >= 2, "what waited was not sent"
            contains(peer.requests[1].body, "Always")


@case
def a_second_signal_ends_the_process_at_once():
    with Receiver() as peer:
        peer.answer = peer.hang
        with Tocsin(files(peer.address)) as server:
            eventually("a request is under way", lambda: peer.requests)
            told_to_stop(server)
            server.signal(signal.SIGTERM)
            equal(server.wait(), -signal.SIGTERM)


main()
