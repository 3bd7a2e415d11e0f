"""Daraja on loopback for tests: requests to phones, what became of them, and callbacks."""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.http_double import serve

SHORTCODE, PASSKEY, KEY, SECRET, PHONE = "174379", "pass-key", "key", "secret", "254712345678"
BASIC = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
CANCELLED = 1032


class MpesaDouble:
    def __init__(self) -> None:
        self.reset()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        serve(self._server)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def reset(self) -> None:
        self.asked: dict[str, dict[str, Any]] = {}
        """What phones show, by the id of the request."""
        self.results: dict[str, int] = {}
        self.callbacks: list[tuple[str, bytes]] = []
        """The paths and bodies of what M-Pesa will report."""
        self.loses_answers = False

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer_phone(self, request_id: str, result: int = 0) -> None:
        """The payer enters the PIN, or refuses: once."""
        if request_id in self.results:
            return
        self.results[request_id] = result
        self.report(request_id, result)

    def report(self, request_id: str, result: int) -> None:
        asked = self.asked[request_id]
        callback: dict[str, Any] = {"CheckoutRequestID": request_id, "ResultCode": result}
        if result == 0:
            item = {"Name": "PhoneNumber", "Value": int(asked["PhoneNumber"])}
            callback["CallbackMetadata"] = {"Item": [item]}
        body = json.dumps({"Body": {"stkCallback": callback}}).encode()
        self.callbacks.append((re.sub(r"^https?://[^/]+/api/v1/", "", asked["CallBackURL"]), body))

    def respond(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        secret = f"{SHORTCODE}{PASSKEY}{body['Timestamp']}"
        if base64.b64decode(body["Password"]).decode() != secret:
            return 400, {"errorCode": "500.001.1001", "errorMessage": "Wrong credentials"}
        if path == "/mpesa/stkpush/v1/processrequest":
            request_id = f"ws_CO_{len(self.asked):06d}"
            self.asked[request_id] = body
            if self.loses_answers:
                return 502, {}
            return 200, {"ResponseCode": "0", "CheckoutRequestID": request_id}
        request_id = body["CheckoutRequestID"]
        if request_id not in self.asked:
            return 404, {"errorCode": "404.001.03", "errorMessage": "Invalid request"}
        if request_id not in self.results:
            return 500, {"errorCode": "500.001.1001", "errorMessage": "being processed"}
        return 200, {"ResponseCode": "0", "ResultCode": str(self.results[request_id])}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                is_ours = self.headers["Authorization"] == BASIC
                token = {"access_token": "token", "expires_in": "3599"}
                self.write(*((200, token) if is_ours else (400, {})))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                is_ours = self.headers["Authorization"] == "Bearer token"
                self.write(*(double.respond(self.path, body) if is_ours else (401, {})))

            def write(self, status: int, answer: dict[str, Any]) -> None:
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@contextmanager
def mpesa_double() -> Iterator[MpesaDouble]:
    double = MpesaDouble()
    try:
        yield double
    finally:
        double.close()
