"""A mail server (STARTTLS and a log-in required) and a web server on loopback, for the delivery worker's tests.

usage: receivers.py FOLDER    FOLDER holds cert.pem and key.pem; ports goes there once both listen, and a line of JSON
for each message and request to received.jsonl, before it is answered.
"""

import asyncio
import http.server
import json
import os
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

folder = sys.argv[1]
lock = threading.Lock()
flaky = set()


def note(**fields):
    with lock, open(f"{folder}/received.jsonl", "a") as log:
        log.write(json.dumps(fields) + "\n")


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        note(
            kind="mail",
            to=envelope.rcpt_tos,
            sender=envelope.mail_from,
            secured=session.ssl is not None,
            user=session.auth_data.decode() if session.auth_data else None,
            text=envelope.content.decode(),
        )
        return "250 taken"


def log_in(server, session, envelope, mechanism, data):
    if isinstance(data, LoginPassword) and (data.login, data.password) == (b"tapefold", b"a secret"):
        return AuthResult(success=True, auth_data=data.login)
    return AuthResult(success=False, handled=False)


class Hooks(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        note(
            kind="hook",
            path=self.path,
            key=self.headers["Idempotency-Key"],
            signature=self.headers["Tapefold-Signature"],
            body=body,
        )
        status = 204
        if self.path == "/flaky":
            with lock:
                status = 204 if self.path in flaky else 503
                flaky.add(self.path)
        if self.path == "/hang" and not os.path.exists(f"{folder}/release"):
            # The sender is killed meanwhile: nobody reads the answer.
            threading.Event().wait(60)
        if self.path == "/gone":
            status = 410
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")


def mail():
    return SMTP(Mailbox(), tls_context=context, require_starttls=True, authenticator=log_in, auth_required=True)


loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
server = asyncio.run_coroutine_threadsafe(loop.create_server(mail, "127.0.0.1", 0), loop).result(10)
hooks = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hooks)
hooks.daemon_threads = True
with open(f"{folder}/ports.new", "w") as file:
    file.write(f"{server.sockets[0].getsockname()[1]} {hooks.server_address[1]}")
os.rename(f"{folder}/ports.new", f"{folder}/ports")
hooks.serve_forever()
