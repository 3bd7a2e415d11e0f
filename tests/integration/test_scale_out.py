"""Three brokers, two relays, three workers and two processes of each API: one of each may die under
load, and no write is lost, no request fails and no record takes effect twice."""

from collections.abc import Iterator

import pytest
from confluent_kafka import Consumer, TopicPartition

from ai.projections.batch import CONSUMED
from scripts.bench.hand_overs import COPIES, hand_overs, whole_stack
from scripts.bench.scaled import ScaledStack
from scripts.chaos.verdict import final_verdict
from scripts.stack.lag import watermarks
from scripts.stack.temporary import connect
from tests.integration.story import ANSWER_SECONDS, eventually, outbox_depth, parked, rows
from tests.migrated import MigratedStack

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.faults, pytest.mark.slow]

# A worker that starts would delete what those counted that ended a minute ago.
KEEP_COUNTS = "CREATE RULE keep AS ON DELETE TO worker_status DO INSTEAD NOTHING"
HANDLED = """
SELECT sum(applied)::integer, sum(applied + ignored + unknown_types + tombstones)::integer,
    count(*) FILTER (WHERE applied > 0)
FROM worker_status
"""
FACTS = "SELECT count(*) FROM fact_history"


class MigratedScaledStack(MigratedStack, ScaledStack):
    """Core has its tables from the beginning."""


@pytest.fixture
def scaled() -> Iterator[ScaledStack]:
    with whole_stack(MigratedScaledStack, KAFKA_FETCH_WAIT_MS="200") as stack:
        with connect(stack, "vector") as connection:
            connection.execute(KEEP_COUNTS)
        yield stack


def test_a_broker_the_relay_and_a_worker_die_under_load_and_nothing_is_lost(
    scaled: ScaledStack, capsys: pytest.CaptureFixture[str]
) -> None:
    load, took = hand_overs(scaled, ["one of each"], pause=0.4)
    assert scaled.ended() == {}
    assert load.failures == []

    verdict = final_verdict(load)
    assert (verdict.lost, verdict.doubled, verdict.inverted) == ([], [], [])
    assert verdict.acknowledged > 100
    eventually(lambda: outbox_depth(scaled) == 0)
    assert parked(scaled) == []
    # No record was left out, and no fact changed a row twice.
    eventually(lambda: handled_by_workers(scaled)[1] >= records_on_topics(scaled))
    applied, handled, workers = handled_by_workers(scaled)
    ((facts,),) = rows(scaled, "relational", FACTS)
    records = records_on_topics(scaled)
    assert applied <= facts <= records
    assert workers >= COPIES["worker"]
    with capsys.disabled():
        for what, seconds in took.items():
            print(f"\n{what} killed: every partition goes on after {seconds:.1f} s", end="")  # noqa: T201
        print(  # noqa: T201
            f"\n{load.answered.total()} requests, {verdict.acknowledged} writes, {facts} facts,"
            f" {records - facts} sent again, {handled - records} handled again"
        )


def handled_by_workers(stack: ScaledStack) -> tuple[int, int, int]:
    """Facts applied, records handled, and the workers that applied any."""
    ((applied, handled, workers),) = rows(stack, "vector", HANDLED)
    return applied, handled, workers


def records_on_topics(stack: ScaledStack) -> int:
    consumer = Consumer({**stack.kafka_client(), "group.id": "unused", "enable.auto.commit": False})
    try:
        return sum(
            watermarks(consumer, TopicPartition(topic.name, number), ANSWER_SECONDS)[1]
            for topic in CONSUMED
            for number in range(topic.partitions)
        )
    finally:
        consumer.close()
