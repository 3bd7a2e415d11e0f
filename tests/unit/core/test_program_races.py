"""Two processes that place items in the milestones of a program and publish its versions."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from multiprocessing import get_context
from random import Random
from typing import NamedTuple

import pytest
from django.db import connections

from core.kit.errors import Conflict
from core.programs.milestones import add_milestone, update_milestone
from core.programs.models import ContentItem, Program, ProgramVersion
from core.programs.versions import publish_version
from tests.random_cases import CASES
from tests.unit.core.world import appended, forget_appended, item

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.random]

OPERATIONS = 100 * CASES
SHARED = ("course-7", "course-8")
"""Both processes place them."""
Order = tuple[str, ...]


class Process(NamedTuple):
    seed: int
    program_id: int
    milestone_id: int
    title: str
    own: Order
    """The items that this process alone places."""


class Log(NamedTuple):
    placed: list[Order]
    """The own items of the milestone, after each change of it."""
    outcomes: Counter[str]


def run(process: Process) -> Log:
    random, log = Random(process.seed), Log([()], Counter())  # noqa: S311
    for _ in range(OPERATIONS):
        try:
            if random.random() < 0.6:
                log.placed.append(place(process, random))
                log.outcomes["placed"] += 1
            else:
                publish_version(program_id=process.program_id)
                log.outcomes["published"] += 1
        except Conflict as refusal:
            log.outcomes[refusal.code] += 1
    connections.close_all()
    return log


def place(process: Process, random: Random) -> Order:
    own = random.sample(process.own, random.randint(1, len(process.own)))
    ids = own + random.sample(SHARED, random.randint(0, len(SHARED)))
    random.shuffle(ids)
    items = [{"content_id": one, "required": random.random() < 0.5} for one in ids]
    update_milestone(milestone_id=process.milestone_id, items=items)
    return own_of(process, ids)


def own_of(process: Process, ids: Sequence[str]) -> Order:
    return tuple(one for one in ids if one in process.own)


@pytest.fixture
def processes() -> list[Process]:
    ids = [item(f"course-{number}").content_id for number in range(1, 9)]
    program = Program.objects.get()
    found = []
    for seed, own in enumerate((ids[:3], ids[3:6])):
        title = f"Stage {seed}"
        milestone = add_milestone(program_id=program.pk, title=title)
        found.append(Process(seed, program.pk, milestone.pk, title, tuple(own)))
    forget_appended()
    return found


def test_versions_are_numbered_without_gaps_and_no_placement_is_lost(
    processes: list[Process],
) -> None:
    connections.close_all()
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        logs = [*pool.map(run, processes)]

    versions = [*ProgramVersion.objects.order_by("number").prefetch_related("items")]
    published = sum(log.outcomes["published"] for log in logs)
    assert [one.number for one in versions] == [*range(1, published + 1)]
    assert [key for _, key, _ in appended()] == [str(one.pk) for one in versions]
    assert {*logs[0].outcomes, *logs[1].outcomes} <= {
        *("placed", "published", "nothing_changed", "nothing_to_publish", "busy")
    }
    for process, log in zip(processes, logs, strict=True):
        assert log.outcomes["placed"] > OPERATIONS / 4
        standing = ContentItem.objects.filter(milestone=process.milestone_id)
        in_order = [*standing.order_by("milestone_position").values_list("content_id", flat=True)]
        assert own_of(process, in_order) == log.placed[-1]
        assert follows([shown(one, process) for one in versions], log.placed)


def shown(version: ProgramVersion, process: Process) -> Order:
    """The own items of the milestone in a version."""
    rows = [one for one in version.items.all() if one.milestone_title == process.title]
    return own_of(process, [one.item_id for one in rows])


def follows(seen: Sequence[Order], written: Sequence[Order]) -> bool:
    """Whether each state that was seen was written, and none after a later one."""
    position = 0
    for state in seen:
        position = next(n for n in count(position) if n == len(written) or written[n] == state)
        if position == len(written):
            return False
    return True
