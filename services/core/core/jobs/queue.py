"""Sends ids of jobs to the workers. The rows are the truth: whatever is lost here is sent again."""

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings

from core.jobs.queue_names import QueueName

if TYPE_CHECKING:
    from celery import Celery

log = logging.getLogger(__name__)

RUN_TASK = "jobs.run"
MOST_WAITING = 1000
PAUSE_SECONDS = 30.0


class JobQueue:
    """Nothing is sent without VALKEY_URL, nor for `PAUSE_SECONDS` after a failed send."""

    def __init__(self) -> None:
        self._paused_until = 0.0
        self._sends_later = True
        self.sender = ThreadPoolExecutor(1, "jobs-sender")

    def send_later(self, job_id: int, name: QueueName) -> None:
        """Like `send`, by a thread of its own: a request does not wait for the broker, nor for the
        import of Celery."""
        if self._sends_later:
            self.sender.submit(self.send, [job_id], name)

    @contextmanager
    def suppress_send_later(self) -> Iterator[None]:
        """Jobs that this process commits inside are not sent: the caller sends those that are left,
        or leaves them to the next tick."""
        before, self._sends_later = self._sends_later, False
        try:
            yield
        finally:
            self._sends_later = before

    def send(self, job_ids: Sequence[int], name: QueueName) -> int:
        """Ask the workers of a queue to run these jobs; how many of them were sent. Logs what the
        broker refuses and does not raise it."""
        sent = 0
        if not settings.VALKEY_URL or time.monotonic() < self._paused_until:
            return sent
        try:
            for job_id in job_ids:
                _app().send_task(RUN_TASK, [job_id], queue=name.value)
                sent += 1
        except Exception as error:  # a thread's would be seen by nobody
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            log.warning("jobs wait for the next tick: %s", type(error).__name__)
        return sent

    def waiting(self, name: QueueName) -> int | None:
        """How many ids wait in this queue for a worker; None when the broker does not answer."""
        try:
            with _app().connection_for_write() as connection:
                channel: Any = connection.default_channel  # its stub lacks the method
                return int(channel.queue_declare(name.value).message_count)
        except Exception:
            return None


queue = JobQueue()


def _app() -> "Celery":
    """Imports Celery, which takes a second, when something is sent for the first time."""
    from core.jobs.celery import app

    return app
