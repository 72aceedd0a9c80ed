"""Fake targets and receivers: servers on loopback that answer by script and remember what came."""
import asyncio
import email
import email.policy
import http.server
import json
import socket
import ssl
import subprocess
import tempfile
import threading

from support.cases import eventually


class Request:
    """What a fake was asked."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    def json(self):
        return json.loads(self.body)


class _QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # Clients that close early are part of the tests.


class HttpFake:
    """Answers each request with `answer(request) -> (status, headers, body)`; keeps all requests."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []
        self.released = threading.Event()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                request = Request(self.command, self.path, self.headers, body)
                fake.requests.append(request)
                status, headers, text = fake.answer(request)
                data = text.encode() if isinstance(text, str) else text
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = handle_any

            def log_message(self, *_):
                pass

        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.address}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def await_request(self, what, check):
        """Waits for a request for which check(request) is true; that request."""
        return eventually(what, lambda: next((r for r in list(self.requests) if check(r)), None))

    def hang(self, _=None):
        """An answer that does not come before the fake is closed."""
        self.released.wait()
        return 200, {}, ""


class Target(HttpFake):
    """A target: `pages` maps paths to exposition text; status other than 200 for all with `status`."""

    def __init__(self, pages=None):
        self.pages = {"/metrics": ""} if pages is None else pages
        self.status = 200
        super().__init__(self._expose)

    def _expose(self, request):
        page = self.pages.get(request.path.split("?")[0])
        if page is None:
            return 404, {}, "not here"
        text = page() if callable(page) else page
        return self.status, {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}, text


class Receiver(HttpFake):
    """A webhook, Slack and PagerDuty in one: each path is one receiver's address."""

    def __init__(self):
        super().__init__(lambda request: (200, {}, "ok"))

    def messages(self, path):
        """Bodies that came for a path, as objects."""
        return [request.json() for request in list(self.requests) if request.path == path]

    def await_message(self, path, what, check=lambda message: True):
        """Waits for a body for which check(body) is true; that body."""
        def find():
            return next((m for m in self.messages(path) if check(m)), None)
        return eventually(f"{path} gets {what}; it got {len(self.messages(path))}", find)


class RawTarget:
    """A server that gives each connection to `script(connection)` after its request was read."""

    def __init__(self, script):
        self.connections = 0
        self.released = threading.Event()
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.address}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                data = b""
                while b"\r\n\r\n" not in data:
                    part = connection.recv(65536)
                    if not part:
                        return
                    data += part
                self._script(connection, self)
            except OSError:
                pass  # The client has had enough.

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.released.set()
        self._listener.close()


class PagerDutyV1(RawTarget):
    """An HTTP proxy behind whose CONNECT stands PagerDuty's Events v1, whatever the address was."""

    def __init__(self):
        self.events = []
        self._folder = tempfile.TemporaryDirectory(prefix="tocsin-e2e-")
        key, certificate = (f"{self._folder.name}/{name}.pem" for name in ("key", "certificate"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=fake"],
                       check=True, capture_output=True)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, key)
        super().__init__(self._tunnel)

    def _tunnel(self, connection, _):
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with self._tls.wrap_socket(connection, server_side=True) as inner, inner.makefile("rb") as stream:
            while stream.readline():
                length = 0
                while (line := stream.readline().strip()):
                    name, value = line.split(b":", 1)
                    length = int(value) if name.lower() == b"content-length" else length
                self.events.append(json.loads(stream.read(length)))
                inner.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"status\":\"success\"}")

    def await_event(self, part):
        """Waits for an event whose description has `part`."""
        return eventually(f"an event about {part}",
                          lambda: next((e for e in list(self.events) if part in e["description"]), None))

    def __exit__(self, *_):
        super().__exit__()
        self._folder.cleanup()


class Mailbox:
    """An SMTP server (aiosmtpd) that keeps what comes; `refuse` makes it answer with that line."""

    def __init__(self):
        from aiosmtpd.smtp import SMTP  # pylint: disable=import-outside-toplevel
        self.mails = []
        self.refuse = None
        self._loop = asyncio.new_event_loop()
        started = threading.Event()

        def serve():
            asyncio.set_event_loop(self._loop)
            self._server = self._loop.run_until_complete(
                self._loop.create_server(lambda: SMTP(self, loop=self._loop), "127.0.0.1", 0))
            started.set()
            self._loop.run_forever()

        threading.Thread(target=serve, daemon=True).start()
        started.wait()
        self.port = self._server.sockets[0].getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"

    async def handle_DATA(self, server, session, envelope):  # pylint: disable=invalid-name
        if self.refuse:
            return self.refuse
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail.envelope = envelope
        self.mails.append(mail)
        return "250 OK"

    def await_mail(self, what, check=lambda mail: True):
        """Waits for a mail for which check(mail) is true; that mail."""
        return eventually(what, lambda: next((m for m in list(self.mails) if check(m)), None))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)


def text_of(mail):
    """All text parts of a mail, one after the other."""
    return "\n".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")


class ClosedPort:
    """A port that refuses connections and that nobody else gets meanwhile."""

    def __init__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))  # Not listening.
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{self.address}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()
