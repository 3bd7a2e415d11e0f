"""Rows of `scale` on rebuilds: how long a switch holds off writers, and what a rebuild costs."""

import asyncio
import os
from contextlib import nullcontext

from ai.kit.settings import Settings
from ai.projections import status
from ai.rebuild.rebuild import Options
from ai.worker import Worker
from ongoza_contracts.topics import GOALS
from scripts.bench import bus, fixtures, product
from scripts.bench.figures import Result
from scripts.bench.fixtures import Fill
from scripts.bench.meter import cpu_seconds
from scripts.bench.scale_live import prepare
from scripts.stack.child import run_child
from scripts.stack.stack import Stack

PREPARED_LISTS = 100
FACTS_A_PUBLICATION = 50_000
CONSUMED = "SELECT count(*) FROM consumed"


def switch(stack: Stack, fill: Fill) -> Result:
    """Everything but one empty topic is copied, so that the switch is what there is to see."""
    run_child(stack, prepare, PREPARED_LISTS)
    run_child(stack, take_positions)
    return dict(run_child(stack, rebuild_one_topic))


async def take_positions() -> None:
    """A worker applies a record: a generation without positions is not compared."""
    product.publish(product.user_facts(1))
    async with await product.ai_pool() as pool:
        worker = Worker(Settings(), "g1", pool)
        await status.heartbeat(pool, worker.name, "g1")
        running = asyncio.create_task(worker.consumer.run(nullcontext))
        while not await pool.fetchval(CONSUMED):  # noqa: ASYNC110 - a table has no event
            await asyncio.sleep(0.2)
        worker.consumer.stop()
        await running


async def rebuild_one_topic() -> Result:
    return await bus.rebuild_topics(Options(topics=(GOALS.name,)))


def rebuild(stack: Stack, fill: Fill) -> Result:
    """Two rebuilds from the topics beside COPY and an index, all in CPU seconds."""
    run_child(stack, publish_history, fill.learners, fill.items)
    postgres = stack.register.all()["postgres-vector"].pid
    run_child(stack, bus.rebuild_all)  # makes the generation to compare with
    first = run_child(stack, with_cpu, postgres, "rebuild_all")
    second = run_child(stack, with_cpu, postgres, "rebuild_all")
    floor = run_child(stack, with_cpu, postgres, "copy_topics")
    return {
        "cpu_s": first["cpu_s"],
        "floor_cpu_s": floor["cpu_s"],
        "held_s": first["held_s"],
        "second_held_s": second["held_s"],
    }


async def with_cpu(postgres: int, name: str) -> Result:
    """`name` is a coroutine function of `bus`."""
    before = cpu_seconds(os.getpid(), postgres)
    result: Result = await getattr(bus, name)()
    return {**result, "cpu_s": cpu_seconds(os.getpid(), postgres) - before}


def publish_history(learners: int, items: int) -> None:
    """The fixture's facts, on the topics."""
    content, picks = fixtures.catalogue_facts(items), fixtures.picks(items, learners)
    product.publish([*content, *product.user_facts(learners)])
    facts = []
    for user_id, chosen in enumerate(picks.tolist(), start=1):
        for step, place in enumerate(chosen):
            percentage = 100 if step < fixtures.COMPLETED else 40
            at = product.NOW.replace(hour=step % 24)
            facts.append(product.progress_fact(user_id, content[place].content_id, percentage, at))
        if len(facts) >= FACTS_A_PUBLICATION:
            product.publish(facts)
            facts = []
    product.publish(facts)
