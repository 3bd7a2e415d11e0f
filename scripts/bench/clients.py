"""Requests as bytes, the load client, and servers of floors beside the stack."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from scripts.bench.running import ChildFailed, ask
from scripts.embedded.ports import HOST, Ports, listens
from scripts.stack.stack import PROJECT, Stack

CONNECTIONS = 8
START_SECONDS = 30.0
PERCENTAGES = tuple(n + 0.25 for n in range(20))  # not what the demo's learners have by chance


@contextmanager
def floor_server(stack: Stack, *command: str) -> Iterator[int]:
    """Runs `python -m command` beside the stack until the block ends; its port.

    It finds the port in CORE_PORT and logs where the stack does. Raises ChildFailed when it does
    not listen.
    """
    port = Ports.free().core
    environment = {**stack.environment, "CORE_PORT": str(port)}
    arguments = [sys.executable, "-m", *command]
    with (
        stack.log("floor").open("w") as log,
        subprocess.Popen(  # noqa: S603
            arguments, env=environment, cwd=PROJECT, stdout=log, stderr=log
        ) as process,
    ):
        try:
            _wait_until_it_listens(process, port)
            yield port
        finally:
            process.terminate()


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not listens(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ChildFailed(f"no server listens on port {port}")
        time.sleep(0.1)


def load(port: int, requests: Sequence[str], seconds: float) -> dict[str, float]:
    """What the load client measures."""
    given = {
        "host": HOST,
        "port": port,
        "requests": requests,
        "connections": CONNECTIONS,
        "seconds": seconds,
    }
    answer: dict[str, float] = ask("load", given=given)
    return answer


def signed_in(stack: Stack) -> list[dict[str, Any]]:
    """Every learner of the demo: user_id and token."""
    learners: list[dict[str, Any]] = ask("learners", environment=stack.environment)
    return learners


def get(path: str, token: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n"


def post(path: str, token: str, body: dict[str, object]) -> str:
    text = json.dumps(body)
    return (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}"
    )


def reports(items: Mapping[str, Sequence[str]]) -> list[str]:
    """Reports of progress on the items of each token, each a change: round and round."""
    return [
        post("/api/v1/progress/", token, report(item, percentage))
        for percentage in PERCENTAGES
        for token, of_one in items.items()
        for item in of_one
    ]


def report(content_id: str, percentage: float) -> dict[str, object]:
    return {
        "content_id": content_id,
        "content_type": content_id.split("-")[0],
        "status": "in_progress",
        "completion_percentage": percentage,
    }


def steady_writes(
    learners: Iterable[tuple[Mapping[str, Any], Sequence[str]]], count: int
) -> list[dict[str, object]]:
    """`count` reports as the visible measure takes them, each a change and of the next learner."""
    rounds = [
        (one, item, percentage)
        for percentage in PERCENTAGES
        for nth in (0, 1)
        for one, items in learners
        for item in items[nth : nth + 1]
    ]
    return [
        {
            "user_id": one["user_id"],
            "content_id": item,
            "request": post("/api/v1/progress/", one["token"], report(item, percentage)),
        }
        for one, item, percentage in rounds[:count]
    ]
