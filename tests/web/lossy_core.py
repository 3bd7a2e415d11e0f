"""A way to core that counts refreshes and loses answers on request."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import httpx

from tests.integration.story import ANSWER_SECONDS

REFRESH = "/api/v1/auth/token/refresh/"


class LossyCore:
    """`url` leads to core. `lose` is how many of the next answers to refreshes get lost."""

    def __init__(self, core_url: str) -> None:
        self.core_url = core_url
        self.refreshes: list[int] = []
        self.lose = 0
        self.lock = Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length)
                skipped = {"host", "connection", "transfer-encoding", "content-length"}
                headers = {k: v for k, v in self.headers.items() if k.lower() not in skipped}
                answer = httpx.request(
                    self.command,
                    owner.core_url + self.path,
                    headers=headers,
                    content=body,
                    timeout=ANSWER_SECONDS,
                )
                if self.path == REFRESH and owner.is_lost(answer.status_code):
                    self.close_connection = True
                    return
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name.lower() not in {*skipped, "content-encoding"}:
                        self.send_header(name, value)
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def is_lost(self, status: int) -> bool:
        """Counts the refresh, too."""
        with self.lock:
            self.refreshes.append(status)
            self.lose -= 1
            return self.lose >= 0


@contextmanager
def lossy_core(core_url: str) -> Iterator[LossyCore]:
    found = LossyCore(core_url)
    thread = Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        thread.join()
        found.server.server_close()
