"""A real HTTP server on loopback in place of somebody else's, which remembers what it was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from threading import Thread
from typing import Any

POLL_SECONDS = 0.05


def serve(server: HTTPServer) -> None:
    """Answer in a thread until `shutdown`, which waits for the next poll: by default half a
    second."""
    Thread(target=server.serve_forever, args=[POLL_SECONDS], daemon=True).start()


@dataclass(frozen=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes


class HttpDouble:
    def __init__(self) -> None:
        self.statuses: list[int] = []
        """What it answers, in turn; the last one for ever, 201 without any."""
        self.received: list[Received] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        serve(self._server)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _status(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else (self.statuses or [201])[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                double.received.append(Received(self.path, dict(self.headers), body))
                self.send_response(double._status())
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
