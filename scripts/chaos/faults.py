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
"""How long after its database is ready a service may still answer 503."""


@dataclass
class Faults:
    """Kills services and starts them again; `away` says when each was away."""

    stack: Stack
    chance: random.Random
    away: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    kills: Counter[str] = field(default_factory=Counter)

    def kill_one(self) -> None:
        name = self.chance.choice(VICTIMS)
        began = time.monotonic()
        self.stack.kill(name)
        self.kills[name] += 1
        time.sleep(self.chance.uniform(0.1, 3))
        restart_ended(self.stack)
        self.away[name].append((began, time.monotonic()))


def excused(when: float, service: str, away: Mapping[str, Sequence[tuple[float, float]]]) -> bool:
    """Whether the service's database was down when it answered 503."""
    return any(
        began <= when <= ready + RECOVERY_SECONDS
        for began, ready in away.get(DATABASE_OF[service], ())
    )


def restart_ended(stack: Stack) -> None:
    """Starts what was killed and what ended because of it."""
    for name in VICTIMS:
        if not stack.register.alive(name):
            stack.run(name)
