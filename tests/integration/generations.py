"""ai alone, on topics that tests fill, and what its generations hold."""

from functools import cache
from subprocess import CompletedProcess

import psycopg
from confluent_kafka import Producer

from ai.projections.registry import REGISTRY
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import CONTENT, PROFILING, PROGRESS, TOPICS, Topic, topic_of
from scripts.stack.stack import Stack
from tests.facts import example, progress, published, record, user
from tests.integration.forked import run_ai
from tests.integration.story import rows

LEARNERS, COURSES = 60, 30
CONSUMED = [topic for topic in TOPICS if "ai" in topic.consumers]
# Every table that facts are written to.
WITH_VERSIONS = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = %s AND column_name = 'version'
"""


def history() -> list[Fact]:
    """Facts of every type but deletions, so that no kind of entity is missing."""
    facts: list[Fact] = [published(f"course-{n}", title=f"Course {n}") for n in range(COURSES)]
    facts += [example(fact) for one in CONSUMED for fact in one.facts if not fact.deletion]
    facts += [user(learner) for learner in range(1, LEARNERS + 1)]
    for learner in range(1, LEARNERS + 1):
        for n in range(0, learner % 9):
            facts += [progress(learner, f"course-{n}", version) for version in (1, 2)]
    return facts


@cache
def keys(topic: Topic) -> set[str]:
    return {fact.key for fact in history() if topic_of(type(fact)) is topic}


ITEMS = len(keys(CONTENT))


def publish(stack: Stack, *facts: Fact) -> None:
    producer = Producer({**stack.kafka_client()})
    for fact in facts:
        made = record(fact)
        producer.produce(made.topic, made.value, made.key, made.partition, headers=[*made.headers])
    assert producer.flush(20) == 0


def caught_up(stack: Stack) -> bool:
    (counts,) = rows(
        stack,
        "vector",
        """SELECT (SELECT count(*) FROM live.content_vector), (SELECT count(*) FROM live.learner),
            (SELECT count(*) FROM live.dirty_learner), (SELECT count(*) FROM live.progress),
            (SELECT count(*) FROM live.profiling_session), (SELECT count(*) FROM live.entity)""",
    )
    entities = sum(len(keys(one.topic)) for one in REGISTRY.projections if not one.table)
    sessions = len(keys(PROFILING))
    return counts == (ITEMS, LEARNERS, 0, len(keys(PROGRESS)), sessions, entities)


def rebuild(stack: Stack, *arguments: str, failpoint: str = "") -> CompletedProcess[str]:
    more = {"ONGOZA_FAILPOINT": failpoint, "COLUMNS": "200"}
    return run_ai(["rebuild", *arguments], {**stack.environment, **more})


def execute(stack: Stack, sql: str) -> None:
    with psycopg.connect(stack.servers["postgres-vector"].url()) as db:  # type: ignore[union-attr]
        db.execute(sql)


def live(stack: Stack) -> str:
    return str(rows(stack, "vector", "SELECT name FROM generation WHERE state = 'live'")[0][0])


def building(stack: Stack) -> list[str]:
    unfinished = "SELECT name FROM generation WHERE state = 'building'"
    return [name for (name,) in rows(stack, "vector", unfinished)]


def content_of(stack: Stack, generation: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the tables that must not differ."""
    without_time = {"erased_learner": "user_id, version"}
    tables = [name for (name,) in rows(stack, "vector", WITH_VERSIONS, generation)]
    return {
        table: rows(
            stack,
            "vector",
            f"SELECT {without_time.get(table, '*')} FROM {generation}.{table} ORDER BY 1, 2",  # noqa: S608
        )
        for table in [*tables, "content_vector"]
    }


def working(stack: Stack) -> set[str]:
    """The names of the workers with a heartbeat in the last three seconds."""
    sql = "SELECT worker FROM worker_status WHERE heartbeat_at > now() - interval '3 seconds'"
    return {name for (name,) in rows(stack, "vector", sql) if not name.startswith("rebuild")}


def applied(stack: Stack) -> int:
    sql = "SELECT coalesce(sum(applied), 0) FROM worker_status WHERE worker NOT LIKE 'rebuild%%'"
    return int(rows(stack, "vector", sql)[0][0])


def progress_rows(stack: Stack) -> int:
    sql = "SELECT count(*) FROM live.progress WHERE content_id LIKE 'module-%%'"
    return int(rows(stack, "vector", sql)[0][0])
