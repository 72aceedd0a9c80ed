"""A mail server for the tests: prints its port, then each mail as one line of JSON.

Usage: mail_server.py [cert.pem key.pem]    with a certificate it offers STARTTLS
Recipients called nobody@ are refused for good, later@ for now. Only user/pass may log in.
"""
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        if address.startswith("later@"):
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "helo": session.host_name,
            "data": envelope.content.decode(), "tls": session.ssl is not None,
            "login": session.auth_data if isinstance(session.auth_data, str) else "",
        }), flush=True)
        return "250 OK"


def log_in(server, session, envelope, mechanism, data):
    good = data.login == b"user" and data.password == b"pass"
    return AuthResult(success=good, handled=False, auth_data=mechanism + " " + data.login.decode())


options = {"authenticator": log_in, "auth_require_tls": False}
if len(sys.argv) == 3:
    options["tls_context"] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    options["tls_context"].load_cert_chain(sys.argv[1], sys.argv[2])


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), **options), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
