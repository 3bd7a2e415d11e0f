"""A fact's class line is checked when the class is made: type checkers do not see its keywords."""

from typing import Any
from uuid import UUID

import pytest

from ongoza_contracts.event import Fact, FactDeclarationError
from ongoza_contracts.profiling import ProfilingAnswered, ProfilingDeleted
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.topics import PROGRESS, TOPICS, Topic
from ongoza_contracts.users import UserErased, UserUpdated

DECLARATION: dict[str, Any] = {
    "type": "ongoza.tea.served.v1",
    "key": ("tea_id",),
    "partition": "user_id",
    "subjects": ("user_id", "server_id"),
}
TEA = UUID("018f0000-0000-7000-8000-000000000001")


def declare(**keywords: Any) -> Any:
    class TeaServed(Fact, **{**DECLARATION, **keywords}):
        tea_id: UUID
        cup_id: int
        user_id: int
        server_id: int | None = None
        guest_id: int

    return TeaServed


def test_key_partition_and_subjects_follow_from_the_class_line() -> None:
    fact = declare()(version=3, tea_id=TEA, cup_id=4, user_id=7, server_id=9, guest_id=5)
    assert (fact.type, fact.deletion) == ("ongoza.tea.served.v1", False)
    assert (fact.key, fact.partition_key) == (str(TEA), "7")
    assert (fact.owner_id, fact.further_subject_ids) == (7, (9,))
    unserved = fact.model_copy(update={"server_id": None})
    assert unserved.further_subject_ids == ()


def test_a_fact_may_belong_to_nobody() -> None:
    fact = declare(subjects=())(version=1, tea_id=TEA, cup_id=4, user_id=7, guest_id=5)
    assert (fact.owner_id, fact.further_subject_ids) == (None, ())


@pytest.mark.parametrize(
    ("keywords", "fault"),
    [
        ({"typ": "ongoza.tea.served.v1"}, "no such keyword"),
        ({"key": ()}, "key and partition are required"),
        ({"partition": ""}, "key and partition are required"),
        ({"key": "tea_id"}, "tuples of field names"),
        ({"subjects": "user_id"}, "tuples of field names"),
        ({"key": ("tea_ids",)}, "no such fields: ['tea_ids']"),
        ({"partition": "learner_id"}, "no such fields: ['learner_id']"),
        ({"subjects": ("user_id", "mentor_id")}, "no such fields: ['mentor_id']"),
        ({"partition": "guest_id"}, "the first subject owns the entity"),
        ({"subjects": ("user_id", "guest_id")}, "guest_id, a further subject, must be optional"),
        ({"key": ("tea_id", "server_id")}, "server_id, a further subject, must be optional"),
        ({"key": ("cup_id",)}, "a key is a UUID"),
    ],
)
def test_a_wrong_class_line_is_refused(keywords: dict[str, Any], fault: str) -> None:
    with pytest.raises(FactDeclarationError) as refusal:
        declare(**keywords)
    assert fault in str(refusal.value)


def test_a_missing_key_is_refused() -> None:
    with pytest.raises(FactDeclarationError, match="key and partition are required"):

        class TeaServed(Fact, type="ongoza.tea.served.v1", partition="user_id"):
            user_id: int


def test_a_base_without_a_type_carries_keywords_for_its_facts() -> None:
    assert ProfilingAnswered.key_fields == ProfilingDeleted.key_fields == ("session_id",)
    assert (ProfilingAnswered.deletion, ProfilingDeleted.deletion) == (False, True)


def test_a_topic_carries_one_kind_of_entity() -> None:
    for facts in ((ProgressUpdated, UserUpdated), (UserErased, declare(key=("user_id",)))):
        with pytest.raises(FactDeclarationError, match="not of one kind of entity"):
            Topic(
                name="ongoza.tea",
                what="Tea.",
                why="Thirst.",
                producer="core",
                consumers=("ai",),
                partitions=6,
                facts=facts,
            )


def test_no_two_topics_carry_the_same_kind_or_type() -> None:
    kinds = [topic.facts[0].type.split(".")[1] for topic in TOPICS]
    types = [fact.type for topic in TOPICS for fact in topic.facts]
    assert len({*kinds}) == len(kinds)
    assert len({*types}) == len(types)


def test_a_topic_states_its_key_in_words() -> None:
    assert (PROGRESS.kind, PROGRESS.key) == ("progress", "user id ':' content id")
    assert (PROGRESS.partition_key, PROGRESS.owned) == ("user id", True)


def test_a_key_is_parsed_into_its_fields() -> None:
    assert ProgressUpdated.parse_key("7:course-1") == (7, "course-1")
    assert ProfilingAnswered.parse_key(str(TEA)) == (TEA,)
    assert ProgressUpdated.key_of(7, "course-1") == "7:course-1"


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (ProgressUpdated, "07:course-1"),
        (ProgressUpdated, "7:course-1:2"),
        (ProgressUpdated, "7"),
        (ProgressUpdated, "0:course-1"),
        (ProgressUpdated, "7:book-1"),
        (ProgressUpdated, ""),
        (ProfilingAnswered, str(TEA).upper()),
        (ProfilingAnswered, TEA.hex),
        (UserUpdated, "7 "),
        (UserUpdated, "1e1"),
    ],
)
def test_text_that_is_not_the_canonical_key_is_refused(fact: type[Fact], text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        fact.parse_key(text)
