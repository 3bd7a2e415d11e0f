"""A language model behind OpenAI's API of chat completions: real HTTP on loopback."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any

from tests.http_double import serve

KEY = "invented-model-key"
VERSION = "tiny-chat-2026-11"


class LanguageModelDouble:
    """Says `said` as JSON, or `content` as it is; answers nothing while it `hangs`."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}
        self.content: str | None = None
        self.status = 200
        self.hangs = False
        self.released = Event()
        self.requests: list[tuple[str, str | None, dict[str, Any]]] = []

    def answer(self) -> bytes:
        content = json.dumps(self.said) if self.content is None else self.content
        message = {"role": "assistant", "content": content}
        return json.dumps({"model": VERSION, "choices": [{"message": message}]}).encode()


@contextmanager
def language_model() -> Iterator[tuple[LanguageModelDouble, str]]:
    """The double and its address."""
    double = LanguageModelDouble()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            double.requests.append((self.path, self.headers["Authorization"], body))
            if double.hangs:
                double.released.wait()
                return
            answer = double.answer()
            self.send_response(double.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serve(server)
    try:
        yield double, f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        double.released.set()
        server.shutdown()
        server.server_close()
