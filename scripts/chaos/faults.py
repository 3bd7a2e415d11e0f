"""Kills services of a stack and starts them again."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scripts.stack.services import SERVICES
from scripts.stack.stack import Stack

VICTIMS = tuple(service.name for service in SERVICES if service.ready != "exit")
DATABASE_OF = {"core": "postgres-relational", "ai": "postgres-vector"}
RECOVERY_SECONDS = 3.0
"""A service may still answer 503 for so long after its database is ready."""


@dataclass
class Faults:
    """Kills services and starts them again, and records when each was down."""

    stack: Stack
    rng: random.Random
    downtimes: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    kills: Counter[str] = field(default_factory=Counter)

    def kill_one(self) -> None:
        name = self.rng.choice(VICTIMS)
        began = time.monotonic()
        self.stack.kill(name)
        self.kills[name] += 1
        time.sleep(self.rng.uniform(0.1, 3))
        restart_ended(self.stack)
        self.downtimes[name].append((began, time.monotonic()))


def database_was_down(
    when: float, service: str, downtimes: Mapping[str, Sequence[tuple[float, float]]]
) -> bool:
    """Whether the service's database was down when it answered 503."""
    return any(
        began <= when <= ready + RECOVERY_SECONDS
        for began, ready in downtimes.get(DATABASE_OF[service], ())
    )


def restart_ended(stack: Stack) -> None:
    """Starts what was killed and what ended because of it."""
    for name in VICTIMS:
        if not stack.register.alive(name):
            stack.run(name)
