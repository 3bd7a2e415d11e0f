from dataclasses import replace
from uuid import UUID

import pytest

from ai.projections.batch import CONSUMED, Batch, read_batch
from ai.projections.parked import Budget
from ongoza_contracts.event import Fact
from ongoza_contracts.feedback import FeedbackGiven
from ongoza_contracts.http.reconcile import VERSION_GAP_MAX
from ongoza_contracts.recommendations import RecommendationsRefreshed
from ongoza_contracts.topics import TOPICS
from tests.facts import RawRecord, erased, example_record, progress, record, user


def bad(value: bytes | None, **headers: bytes) -> RawRecord:
    good = record(progress())
    return RawRecord(
        good.topic,
        good.partition,
        5,
        good.key,
        value,
        [*{**dict(good.headers), **headers}.items()],
    )


def test_of_each_entity_the_highest_version_is_kept_whatever_the_order() -> None:
    batch = read_batch(record(progress(version=v, completion_percentage=v)) for v in (2, 5, 3))
    (kept,) = batch.progress.values()
    assert (kept.version, batch.facts) == (5, 3)


def test_a_bad_record_does_not_hide_its_neighbours() -> None:
    records = [record(user()), bad(b"{"), record(progress()), bad(b"{}", ce_type=b"\xff")]
    batch = read_batch(records)
    assert (len(batch.users), len(batch.progress)) == (1, 1)
    assert [(one.code, one.record.offset) for one in batch.refused] == [
        ("bad_payload", 5),
        ("bad_header", 5),
    ]


def test_a_cause_does_not_quote_what_was_refused() -> None:
    (refused,) = read_batch([bad(b'{"user_id": "secret"}')]).refused
    assert "secret" not in refused.cause


def test_unknown_types_and_tombstones_are_counted_and_passed() -> None:
    batch = read_batch([bad(b"{}", ce_type=b"ongoza.progress.paused.v1"), bad(None)])
    assert (batch.unknown_types, batch.tombstones, batch.facts) == (1, 1, 0)
    assert batch.refused == []


def test_there_is_a_projection_of_every_fact_in_the_catalogue() -> None:
    facts = [fact for topic in TOPICS if "ai" in topic.consumers for fact in topic.facts]
    assert {*facts} == {fact for topic in CONSUMED for fact in topic.facts}
    assert read_batch(example_record(fact) for fact in facts).facts == len(facts)


def test_a_fact_without_a_typed_table_keeps_its_bytes() -> None:
    given = example_record(FeedbackGiven, "future")
    (entity,) = read_batch([given]).entities.values()
    assert (entity.kind, entity.key, entity.body) == ("feedback", "42:course-101", given.value)


def test_a_fact_without_a_projection_is_a_programming_error() -> None:
    class Foreign(Fact, type="ongoza.foreign.made.v1", key=("id",), partition="id"):
        id: UUID = UUID(int=1)

    with pytest.raises(TypeError, match="no projection"):
        Batch().add(Foreign(version=1), b"{}")


@pytest.mark.parametrize(("parked", "spent"), [(50, False), (51, True)])
def test_the_budget_is_spent_when_more_than_its_share_of_the_last_100_was_parked(
    parked: int, spent: bool
) -> None:
    budget = Budget(0.5)
    budget.count(records=1000, parked=0)
    budget.count(records=parked, parked=parked)
    assert budget.spent is spent


def test_good_records_earn_the_budget_back() -> None:
    budget = Budget(0.5)
    budget.count(records=60, parked=60)
    assert budget.spent
    budget.count(records=100, parked=0)
    assert not budget.spent


def with_header(given: RawRecord, name: str, value: bytes) -> RawRecord:
    return replace(given, headers=[*{**dict(given.headers), name: value}.items()])


@pytest.mark.parametrize(
    ("forged", "what"),
    [
        (replace(record(progress()), key=b"8:course-1"), "key"),
        (replace(record(progress()), key=None), "key"),
        (replace(record(progress()), partition=record(progress()).partition + 1), "partition"),
        (replace(record(progress()), topic="ongoza.users"), "topic"),
        (with_header(record(progress()), "ce_subject", b"8:course-1"), "subject"),
        (with_header(record(progress()), "ce_partitionkey", b"8"), "partition key"),
    ],
)
def test_a_record_that_contradicts_its_fact_is_refused(forged: RawRecord, what: str) -> None:
    batch = read_batch([forged, record(progress(8))])
    (refused,) = batch.refused
    assert refused.code == "contradiction"
    assert refused.cause == f"contradiction: its {what} is not that of its fact"
    assert refused.fact == progress()
    assert [*batch.progress] == [(8, "course-1")]


def test_a_version_far_beyond_any_known_one_is_refused() -> None:
    near, far = progress(version=VERSION_GAP_MAX), progress(8, version=2**62)
    batch = read_batch([record(near), record(far), record(erased(9, version=2**62))])
    assert [*batch.progress.values()] == [near]
    assert batch.erased == {}
    assert [(one.code, one.fact) for one in batch.refused] == [
        ("far_version", far),
        ("far_version", erased(9, version=2**62)),
    ]


def test_a_fact_that_ai_does_not_project_on_a_topic_of_ai_is_refused() -> None:
    foreign = replace(example_record(RecommendationsRefreshed), topic="ongoza.users")
    (refused,) = read_batch([foreign]).refused
    assert refused.cause.startswith("contradiction: its topic")
    assert refused.fact is None


def test_every_trace_of_a_batch_is_kept_and_of_a_learner_the_first_marks() -> None:
    first, second, other = (f"00-{digit * 32}-{'b' * 16}-01" for digit in "acd")
    facts = [(progress(7, version=1), first), (progress(7, version=2), second), (user(8), other)]
    batch = read_batch(
        replace(made, headers=[*made.headers, ("traceparent", traceparent.encode())])
        for made, traceparent in ((record(fact), traceparent) for fact, traceparent in facts)
    )
    assert batch.traceparents == [first, second, other]
    assert batch.first_traceparents == {7: first, 8: other}
