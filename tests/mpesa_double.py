"""Daraja on loopback for tests: requests to phones, their outcomes, callbacks and reversals."""

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
INITIATOR, CREDENTIAL = "ongoza", "Y3JlZGVudGlhbA=="
ALREADY_REVERSED = "R000001"
INVALID_PHONE = {"errorCode": "400.002.02", "errorMessage": "Bad Request - Invalid PhoneNumber"}


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
        self.reversals: list[dict[str, Any]] = []
        self.reversed: set[str] = set()
        """The receipts of what was sent back."""
        self.loses_answers = False
        self.refusal: dict[str, Any] | None = None
        """What is answered in place of taking a request."""
        self.invalid_token = (404, "404.001.03")
        self.processing = 500, {"errorCode": "500.001.1001", "errorMessage": "being processed"}
        self.knows_outcomes = True
        self.tokens = 0
        """How many were fetched. Only the last one counts."""

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
            phone = {"Name": "PhoneNumber", "Value": int(asked["PhoneNumber"])}
            receipt = {"Name": "MpesaReceiptNumber", "Value": receipt_of(request_id)}
            callback["CallbackMetadata"] = {"Item": [{"Name": "Balance"}, receipt, phone]}
        self._will_post(asked["CallBackURL"], {"Body": {"stkCallback": callback}})

    def end_reversal(self, result: int | str | None = None) -> None:
        """Report what became of the last reversal: what M-Pesa makes of it, or this."""
        number, asked = len(self.reversals), self.reversals[-1]
        receipt = asked["TransactionID"]
        if result is None:
            result = ALREADY_REVERSED if receipt in self.reversed else 0
            self.reversed.add(receipt)
        said = {"ResultCode": result, "ConversationID": f"AG_{number}", "TransactionID": "ODD1"}
        self._will_post(asked["ResultURL"], {"Result": said})

    def _will_post(self, url: str, body: dict[str, Any]) -> None:
        path = re.sub(r"^https?://[^/]+/api/v1/", "", url)
        self.callbacks.append((path, json.dumps(body).encode()))

    def respond(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == "/mpesa/reversal/v1/request":
            return self._reverse(body)
        secret = f"{SHORTCODE}{PASSKEY}{body['Timestamp']}"
        if base64.b64decode(body["Password"]).decode() != secret:
            return 400, {"errorCode": "500.001.1001", "errorMessage": "Wrong credentials"}
        if path == "/mpesa/stkpush/v1/processrequest":
            if self.refusal is not None:
                return 400, self.refusal
            request_id = f"ws_CO_{len(self.asked):06d}"
            self.asked[request_id] = body
            if self.loses_answers:
                return 502, {}
            return 200, {"ResponseCode": "0", "CheckoutRequestID": request_id}
        request_id = body["CheckoutRequestID"]
        if request_id not in self.asked or not self.knows_outcomes:
            return 400, {"errorCode": "400.002.02", "errorMessage": "Bad Request"}
        if request_id not in self.results:
            return self.processing
        return 200, {"ResponseCode": "0", "ResultCode": str(self.results[request_id])}

    def _reverse(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        paid = {receipt_of(key): self.asked[key] for key, code in self.results.items() if code == 0}
        wanted = {
            "Initiator": INITIATOR,
            "SecurityCredential": CREDENTIAL,
            "CommandID": "TransactionReversal",
            "TransactionID": body["TransactionID"],
            "Amount": paid.get(body["TransactionID"], {}).get("Amount"),
            "ReceiverParty": SHORTCODE,
            "RecieverIdentifierType": "11",
            "ResultURL": body["ResultURL"],
            "QueueTimeOutURL": body["QueueTimeOutURL"],
            "Remarks": body["Remarks"],
            "Occasion": body["Occasion"],
        }
        if self.refusal is not None or body != wanted:
            return 400, self.refusal or {"errorCode": "400.002.02", "errorMessage": "Bad Request"}
        self.reversals.append(body)
        if self.loses_answers:
            return 502, {}
        return 200, {"ResponseCode": "0", "ConversationID": f"AG_{len(self.reversals)}"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                if self.headers["Authorization"] != BASIC:
                    self.write(400, {})
                    return
                double.tokens += 1
                token = {"access_token": f"token{double.tokens}", "expires_in": "3599"}
                self.write(200, token)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                is_ours = self.headers["Authorization"] == f"Bearer token{double.tokens}"
                status, code = double.invalid_token
                invalid = {"errorCode": code, "errorMessage": "Invalid Access Token"}
                self.write(*(double.respond(self.path, body) if is_ours else (status, invalid)))

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


def receipt_of(request_id: str) -> str:
    return f"QKJ{request_id.removeprefix('ws_CO_')}X"


@contextmanager
def mpesa_double() -> Iterator[MpesaDouble]:
    double = MpesaDouble()
    try:
        yield double
    finally:
        double.close()
