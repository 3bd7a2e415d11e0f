"""Fills the databases of a stack; each function runs in a process of its own.

Learners of core are written by core's services, one after the other, as if they had reported for a
year: every row has its fact.
"""

import os
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import asyncpg
import django

from ai.catalogue.cache import CatalogueCache
from ai.projections.marks import mark_learners
from ai.recommendations.recompute import Recompute
from ongoza_contracts.vocabulary import ContentType, ProgressStatus
from scripts.bench import bus, product
from scripts.bench.figures import Result
from scripts.bench.meter import cpu_seconds, measured
from scripts.capacity.model import COMPLETED, ITEMS

if TYPE_CHECKING:
    from core.progress.services import Step

BEGUN: Mapping[str, Any] = {
    "status": ProgressStatus.IN_PROGRESS,
    "completion_percentage": 40,
    "score": None,
}
DONE: Mapping[str, Any] = {
    "status": ProgressStatus.COMPLETED,
    "completion_percentage": 100,
    "score": 80,
}
LISTS = 2_000
SIZE = """
SELECT sum(pg_total_relation_size(pg_class.oid))::bigint FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND nspname NOT LIKE 'pg%' AND nspname <> 'information_schema'
"""
LIST_BYTES = """
SELECT pg_total_relation_size('recommendation')::float8 / count(*) FROM recommendation
"""
COMMANDS = ("VACUUM ANALYZE", "CHECKPOINT")


def plant_catalogue() -> None:
    django.setup()
    from core.demo import plant
    from core.demo.loader import load_catalogue

    plant.plant_catalogue(load_catalogue())


def fill_core(first: int, last: int) -> None:
    """Learners from number `first` to `last`."""
    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from core.outbox.partitions import ensure_partitions
    from core.programs.models import ContentItem

    began = (timezone.now() - timedelta(days=365)).replace(microsecond=0)
    ensure_partitions(since=began.date())
    items = ContentItem.objects.exclude(content_type=ContentType.MISSION).order_by("content_id")
    ids = [*items.values_list("content_id", flat=True)]
    for number in range(first, last + 1):
        with transaction.atomic():
            _write_learner(number, ids, began)


def _write_learner(number: int, ids: list[str], began: datetime) -> None:
    from core.kit.past import happened_at
    from core.profiling.services import import_session
    from core.progress.services import import_history
    from core.users.services import add_user, begin_sign_in

    random = Random(number)  # noqa: S311 - invents data
    with happened_at(began):
        name = f"Learner {number}"
        user = add_user(email=f"learner-{number}@ongoza.example", password=None, first_name=name)
        begin_sign_in(user, device="laptop")
    profiled_at = began + timedelta(hours=1)
    result = _profile(random)
    with happened_at(profiled_at):
        import_session(user=user, questionnaire="v1", result=result, completed_at=profiled_at)
    steps = _steps(random.sample(ids, ITEMS), began + timedelta(minutes=number % 600))
    with happened_at(began):  # each step has its own time
        import_history(user=user, steps=steps)


def _profile(random: Random) -> dict[str, object]:
    scores = {str(track): round(random.uniform(30, 100), 2) for track in product.TRACKS}
    primary, *others = sorted(scores, key=lambda track: -scores[track])
    return {"scores": scores, "primary": primary, "secondary": others[:2], "confidence": "high"}


def _steps(content_ids: list[str], began: datetime) -> "list[Step]":
    """An item each eleven days, begun and then completed; the last ones are not completed."""
    from core.progress.services import Step

    steps = []
    for number, content_id in enumerate(content_ids, start=1):
        at = began + timedelta(days=11 * number)
        steps.append(Step(content_id=content_id, at=at, **BEGUN))
        if number <= COMPLETED:
            done_at = at + timedelta(hours=3)
            steps.append(Step(content_id=content_id, at=done_at, **DONE))
    return steps


def publish_outbox() -> int:
    """Sends what waits, as the relay does, and returns the number of records."""
    django.setup()
    from django.conf import settings

    from core.outbox.kafka import Publisher
    from core.outbox.relay import drain

    publisher, sent = Publisher(settings.KAFKA), 0
    while moved := drain(publisher, lambda: None):
        sent += moved
    return sent


async def rebuild(postgres: int) -> Result:
    """Of all topics, without lists: nobody was seen."""
    async with await product.ai_pool("public") as pool:
        await pool.execute("TRUNCATE learner_seen")
    before, began = cpu_seconds(os.getpid(), postgres), time.perf_counter()
    await bus.rebuild_all()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "cpu_s": cpu_seconds(os.getpid(), postgres) - before}


async def measure_ai(postgres: int, learners: int) -> Result:
    """Of a filled database: a first count of neighbours, the lists of some learners, and sizes."""
    async with await product.ai_pool(statement_timeout="0") as pool:
        async with measured(postgres) as count:
            await product.count_neighbours(pool)
        lists = await _compute_lists(pool, postgres, learners)
        list_bytes = await pool.fetchval(LIST_BYTES)
        await pool.execute("TRUNCATE recommendation, dirty_learner")
        for command in COMMANDS:
            await pool.execute(command)
        return {
            "database_bytes": await pool.fetchval(SIZE),
            "list_bytes": list_bytes,
            "list_cpu_s": lists,
            "count_cpu_s": count["cpu_s"],
            "count_memory_bytes": 1e6 * count["memory_mb"],
        }


async def _compute_lists(pool: asyncpg.Pool, postgres: int, learners: int) -> float:
    """CPU seconds of a list, of learners spread over all."""
    await pool.execute("TRUNCATE recommendation, dirty_learner")
    recompute = Recompute(pool, CatalogueCache(pool))
    await recompute.recompute_some()
    chosen = range(1, learners + 1, max(1, learners // LISTS))
    async with pool.acquire() as db:
        await mark_learners(db, dict.fromkeys(chosen))
    async with measured(postgres) as result:
        while await recompute.recompute_some():
            pass
    return float(result["cpu_s"] / len(chosen))
