"""A subscriber on loopback, and the calls of tests that have something sent to it."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from django.db import transaction

from core.jobs.models import Job
from core.jobs.services import run_due
from core.organizations.models import Organization
from core.outbox.publish import publish
from core.programs.models import ContentItem
from core.progress.models import Progress
from core.users.models import User
from core.webhooks import services
from core.webhooks.dispatch import dispatch
from core.webhooks.facts import TYPES
from core.webhooks.models import Delivery, Subscription
from ongoza_contracts.vocabulary import ProgressStatus
from tests.http_double import serve
from tests.unit.core.world import item

PAGE = Path(__file__).parents[3] / "docs" / "webhooks.md"
FIRST, SECOND = "course-1", "course-2"


class Call(NamedTuple):
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        return json.loads(self.body)

    @property
    def key(self) -> str:
        return str(self.event["subject"])

    @property
    def version(self) -> int:
        return int(self.event["sequence"])


class Receiver:
    """Answers 200, or what `statuses` says for the key, after `pause` seconds."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.statuses: dict[str, int] = {}
        self.status, self.pause, self.headers = 200, 0.0, {"Content-Length": "0"}
        self.at_once: Counter[str] = Counter()
        self.most_at_once = 0
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        serve(self._server)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, call: Call) -> int:
        with self._lock:
            self.calls.append(call)
            self.at_once[call.key] += 1
            self.most_at_once = max(self.most_at_once, *self.at_once.values())
        time.sleep(self.pause)
        with self._lock:
            self.at_once[call.key] -= 1
        return self.statuses.get(call.key, self.status)

    def received(self) -> list[tuple[str, int]]:
        """The keys and versions, in the order of the calls."""
        return [(call.key, call.version) for call in self.calls]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(receiver.take(Call(headers, body)))
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()


def subscribe(
    organization: Organization, receiver: Receiver, *types: str, **state: Any
) -> tuple[Subscription, str]:
    """To all types unless some are named; the secret as well."""
    return services.subscribe(
        organization=organization, url=receiver.url, types=types or TYPES, **state
    )


def send_all() -> None:
    """What the jobs of a minute do."""
    dispatch()
    while run_due():
        pass


def send_again() -> None:
    """As if every pause and claim were over."""
    Delivery.objects.filter(state="waiting").update(
        due_at="2020-01-01T00:00:00Z", claimed_until=None
    )
    Job.objects.filter(done_at=None).update(due_at="2020-01-01T00:00:00Z")
    send_all()


def progress(user: User, content_id: str = FIRST) -> str:
    """Publish the next version of the user's progress; its key."""
    content = ContentItem.objects.filter(content_id=content_id).first() or item(content_id)
    row = Progress.objects.filter(user=user, content=content).first() or Progress(
        user=user, content=content, status=ProgressStatus.IN_PROGRESS
    )
    with transaction.atomic():
        publish(row)
    return f"{user.id}:{content_id}"


def is_genuine(secret: str, call: Call, **changes: str) -> bool:
    """By the function that docs/webhooks.md prints."""
    names: dict[str, Any] = {}
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    exec(block, names)  # noqa: S102 - our own page
    return bool(names["is_genuine"](secret, {**call.headers, **changes}, call.body))
