"""A small instrumented application, as people write them with prometheus_client."""
import sys
import threading
import wsgiref.simple_server

from prometheus_client import Counter, Gauge, Histogram, Info, Summary, make_wsgi_app


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


queue_depth = Gauge("app_queue_depth", "Requests that wait.", ["model"])
requests = Counter("app_requests", "Requests by status.", ["status"])
latency = Histogram("app_latency_seconds", "Time to first token.", buckets=(0.1, 0.5, 1, 5))
size = Summary("app_response_bytes", "Size of answers.")
Info("app_build", "Version of the application.").info({"version": "1.2.3"})
queue_depth.labels("llama").set(0)
requests.labels("200").inc(5)
for seconds in (0.05, 0.3, 0.7, 3):
    latency.observe(seconds)
size.observe(512)

server = wsgiref.simple_server.make_server("127.0.0.1", 0, make_wsgi_app(), handler_class=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"serving on {server.server_port}", flush=True)
for line in sys.stdin:
    command, name, value = line.split()
    if command == "set" and name == "queue":
        queue_depth.labels("llama").set(float(value))
    elif command == "add" and name == "errors":
        requests.labels("500").inc(float(value))
