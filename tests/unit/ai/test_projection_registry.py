"""Registries are compared with each other, so that no topic is left out of one of them unseen."""

import pytest

from ai.projections.batch import read_batch
from ai.projections.parked import clear_fields
from ai.projections.registry import PROJECTIONS, REGISTRY, Projection, Registry
from ai.rebuild.compare import queries
from ai.rebuild.partial import NoSuchTopic, require_known
from ongoza_contracts.http.reconcile import KINDS
from ongoza_contracts.topics import FEEDBACK, TOPICS, Topic
from tests.facts import example_record, feedback, record

CONSUMED = [topic for topic in TOPICS if "ai" in topic.consumers]


def consumed_without_projection(registry: Registry) -> set[str]:
    return {topic.name for topic in CONSUMED} ^ registry.by_topic.keys()


def test_every_consumed_topic_has_one_projection() -> None:
    assert consumed_without_projection(REGISTRY) == set()
    assert len(PROJECTIONS) == len(CONSUMED)


@pytest.mark.parametrize("left_out", PROJECTIONS, ids=lambda one: one.topic.kind)
def test_a_projection_that_is_left_out_is_noticed(left_out: Projection) -> None:
    registry = Registry(tuple(one for one in PROJECTIONS if one is not left_out))
    assert consumed_without_projection(registry) == {left_out.topic.name}
    with pytest.raises(TypeError, match="no projection"):
        read_batch([example_record(left_out.topic.facts[0])], registry)


def test_a_projection_must_say_whether_it_makes_lists_stale() -> None:
    with pytest.raises(TypeError, match="makes_lists_stale"):
        Projection(topic=FEEDBACK)  # type: ignore[call-arg]


def test_a_typed_table_without_a_writer_is_a_programming_error() -> None:
    typed = Projection(topic=FEEDBACK, makes_lists_stale=True, table="feedback")
    with pytest.raises(TypeError, match="has no writer"):
        read_batch([record(feedback())], Registry((typed,)))


def test_core_can_publish_again_whatever_ai_compares() -> None:
    assert {one.topic.kind for one in PROJECTIONS} <= {*KINDS}


def test_generations_are_compared_by_every_projection() -> None:
    names = {one.table or f"entity.{one.topic.kind}" for one in PROJECTIONS}
    assert queries(same_model=False).keys() == {*names, "erased_learner"}


@pytest.mark.parametrize("topic", CONSUMED, ids=lambda topic: topic.kind)
def test_every_consumed_topic_can_be_rebuilt_alone(topic: Topic) -> None:
    require_known([topic.name])
    with pytest.raises(NoSuchTopic):
        require_known([f"{topic.name}.unknown"])


def test_what_has_no_typed_table_is_an_entity() -> None:
    typed = {one.topic.kind for one in REGISTRY.typed}
    assert typed == {"users", "content", "progress", "profiling", "sign-ins"}
    assert typed.isdisjoint(REGISTRY.entity_kinds)
    assert len(typed) + len(REGISTRY.entity_kinds) == len(PROJECTIONS)


@pytest.mark.parametrize(
    ("value", "cleared"),
    [
        (b'{"mentor_id": 8, "n": 8}', b'{"mentor_id": null, "n": 8}'),
        (b'{"mentor_id": "8"}', b'{"mentor_id": null}'),
        (b'{"mentor_id": 88}', b'{"mentor_id": 88}'),
        (b'{"other": 8}', b'{"other": 8}'),
        (b'{"mentor_id": 8', None),
        (b'[{"mentor_id": 8}]', None),
        (b'\xff"mentor_id":"8"', None),
        (b'{"mentor_id": 88', b'{"mentor_id": 88'),
        (b"8", b"8"),
    ],
)
def test_a_name_is_cleared_from_a_body_or_the_body_is_given_up(
    value: bytes, cleared: bytes | None
) -> None:
    assert clear_fields(value, ["mentor_id"], [8]) == cleared
