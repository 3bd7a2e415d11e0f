"""Writes and reads of many learners at once, and the answers they got."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

import httpx

from scripts.stack.learners import Learner, sign_in
from scripts.stack.stack import Stack

WRITERS, LEARNERS, ITEMS = 4, 6, 3
ANSWER_SECONDS = 10.0
STEP = 0.001
"""The difference between the percentages of two writes, so that each write has its own value."""

Key: TypeAlias = tuple[int, str]
"""The learner's id and the item's."""


@dataclass
class Attempt:
    value: float
    acknowledged: bool = False


@dataclass
class Load:
    """Writers and readers, and the answers they got."""

    stack: Stack
    start: float = 0
    """Added to every percentage, because several loads of one stack need different values."""
    pause: float = 0
    """Seconds after each write, for a load that leaves processor time to others."""
    attempts: dict[Key, list[Attempt]] = field(default_factory=dict)
    answers: list[tuple[float, str, int]] = field(default_factory=list)
    """Time, service and status of each answer; the status is 0 without an answer."""
    ended: threading.Event = field(default_factory=threading.Event)

    def write(self, learners: Iterable[tuple[int, str, list[str]]]) -> None:
        """Reports progress of these learners in turns."""
        entities = [(user, item, token) for user, token, items in learners for item in items]
        number = 0
        with httpx.Client(base_url=self.stack.core_url, timeout=ANSWER_SECONDS) as http:
            while not self.ended.is_set():
                number += 1
                for user_id, item, token in entities:
                    attempt = Attempt(round(self.start + number * STEP, 3))
                    self.attempts.setdefault((user_id, item), []).append(attempt)
                    body = {
                        "content_id": item,
                        "content_type": item.split("-")[0],
                        "status": "in_progress",
                        "completion_percentage": attempt.value,
                        "reported_at": datetime.now(UTC).isoformat(),  # or it could lower nothing
                    }
                    status = self.request(
                        http, "core", "POST", "/api/v1/progress/", token, json=body
                    )
                    attempt.acknowledged = status in (200, 201)
                    time.sleep(self.pause)

    def read(self, tokens: Sequence[str]) -> None:
        """Asks ai for stored lists, and core for content."""
        with (
            httpx.Client(base_url=self.stack.ai_url, timeout=ANSWER_SECONDS) as ai,
            httpx.Client(base_url=self.stack.core_url, timeout=ANSWER_SECONDS) as core,
        ):
            while not self.ended.is_set():
                for token in tokens:
                    self.request(ai, "ai", "GET", "/api/v1/recommendations", token)
                    self.request(core, "core", "GET", "/api/v1/content/", token)
                    time.sleep(max(self.pause, 0.05))

    def request(
        self, http: httpx.Client, service: str, method: str, path: str, token: str, **more: Any
    ) -> int:
        try:
            headers = {"Authorization": f"Bearer {token}"}
            status = http.request(method, path, headers=headers, **more).status_code
        except httpx.TransportError:
            status = 0
            time.sleep(0.1)
        self.answers.append((time.monotonic(), service, status))
        return status


@contextmanager
def load_on(stack: Stack, start: float = 0, pause: float = 0) -> Iterator[Load]:
    """Runs the load during the block. Each entity has one writer."""
    load = Load(stack, start, pause)
    with running(load, sign_in(stack, items=ITEMS)):
        yield load


@contextmanager
def running(load: Load, learners: Iterable[Learner]) -> Iterator[None]:
    """Runs a load of those of these learners who have enough open items."""
    able = [one for one in learners if len(one[2]) == ITEMS]
    work = [
        threading.Thread(target=load.write, args=(able[n::WRITERS][:LEARNERS],))
        for n in range(WRITERS)
    ]
    work.append(threading.Thread(target=load.read, args=([token for _, token, _ in able],)))
    for thread in work:
        thread.start()
    try:
        yield
    finally:
        load.ended.set()
        for thread in work:
            thread.join()
