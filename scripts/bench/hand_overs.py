"""How long facts wait when a broker, the relay that sends or a worker is killed under load."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from ongoza_contracts.topics import PROGRESS, partition_for
from scripts.bench.running import wait_until
from scripts.bench.scaled import ScaledStack, scaled_stack
from scripts.chaos.balanced import BalancedLoad
from scripts.chaos.load import ITEMS, running
from scripts.stack.learners import sign_in
from scripts.stack.stack import PROJECT
from scripts.stack.temporary import connect

SERVICES = (
    "postgres-relational",
    "postgres-vector",
    "valkey",
    "migrate-core",
    "migrate-ai",
    "topics",
    "jobs",
    "webhooks",
)
COPIES = {"core": 2, "ai": 2, "relay": 2, "worker": 3}
VICTIMS: dict[str, Callable[[ScaledStack], list[str]]] = {
    "nothing": lambda _: [],
    "a broker": lambda stack: [stack.leader()],
    "the relay": lambda stack: [stack.active_relay()],
    "a worker": lambda _: ["worker-1"],
    "one of each": lambda stack: [stack.leader(), stack.active_relay(), "worker-2"],
}
"""What is killed, one after the other; the broker leads partitions of progress."""
NEWEST = "SELECT user_id, max(updated_at) FROM live.progress GROUP BY user_id"


@contextmanager
def whole_stack(kind: type[ScaledStack] = ScaledStack, **changed: str) -> Iterator[ScaledStack]:
    """Every process at work, with learners; with these variables besides the usual ones."""
    with scaled_stack(SERVICES, COPIES, patience=5, kind=kind) as stack:
        stack.extra_environment.update(changed)
        for name in stack.copies:
            stack.start_one(name)
        stack.until_ready()
        seed = [sys.executable, "-m", "core.manage", "seed", "--learners", "30"]
        subprocess.run(seed, env=stack.environment, cwd=PROJECT, check=True, capture_output=True)  # noqa: S603
        yield stack


def hand_overs(
    stack: ScaledStack, kinds: Iterable[str] = VICTIMS, pause: float = 0
) -> tuple[BalancedLoad, dict[str, float]]:
    """The load, whose writers pause for so many seconds after each write. And by what was killed,
    of VICTIMS, the seconds until facts of every partition that the load writes were applied which
    were written after the kill. Only then is it started again, as an operator does.

    Raises RuntimeError where others do not take over, or do not share the work again.
    """
    load = BalancedLoad(stack, pause=pause)
    for pair in stack.apis:
        load.add(pair)
    with running(load, sign_in(stack, items=ITEMS)):
        return load, _kill_in_turns(stack, load, kinds)


def _kill_in_turns(
    stack: ScaledStack, load: BalancedLoad, kinds: Iterable[str]
) -> dict[str, float]:
    took = {}
    for what in kinds:
        victims = VICTIMS[what](stack)
        began = time.monotonic()
        for name in victims:
            stack.kill_one(name)
        since = datetime.now(UTC)
        _until_applied(stack, load, since)
        took[what] = time.monotonic() - began
        for name in victims:
            stack.start_one(name)
        stack.until_ready()
    return took


def _until_applied(stack: ScaledStack, load: BalancedLoad, since: datetime) -> None:
    """Waits until ai has a fact of each partition that was written after `since`."""
    wanted = {_partition(user_id) for user_id, _ in [*load.attempts]}
    with connect(stack, "vector") as connection:

        def applied() -> bool:
            found = connection.execute(NEWEST).fetchall()
            return wanted <= {_partition(user_id) for user_id, at in found if at > since}

        wait_until(applied, lambda: f"{stack.ended()}")


def _partition(user_id: int) -> int:
    return partition_for(str(user_id), PROGRESS.partitions)
