"""`after_restore` while others write, and where entities refer to each other."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.access.models import Membership
from core.erasure.services import erase_user
from core.outbox.kafka import NotRead, PartitionId, TopicRecord, last_stable_offsets
from core.outbox.models import FactHistory, OutboxEvent
from core.outbox.restore_check import OWN_TOPICS
from core.outbox.restore_state import (
    State,
    mark_checked,
    mark_pending,
    problems,
    state,
    stored_offsets,
)
from core.programs.models import ContentItem
from core.programs.services import update_content
from core.progress.models import Progress
from core.restore.report import Outcome
from core.users.models import User
from core.users.services import sign_up
from ongoza_contracts.vocabulary import Role
from tests.topics_double import Topics
from tests.unit.core.restored import (
    after_restore,
    check_consistency,
    lost,
    read_by_commands,
    report,
)
from tests.unit.core.world import assign, item, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Topics:
    return read_by_commands(monkeypatch)


@pytest.fixture
def amina() -> User:
    item("course-1")
    return person("amina")


def test_nothing_is_done_while_writes_go_on(
    topics: Topics, amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay sends, and a learner is erased, between reading a record and looking it up."""
    moses, written = person("moses"), list[int]()
    report(moses, 10)
    topics.take()
    read = topics.read

    def read_and_write(*arguments: Any) -> Iterator[list[TopicRecord]]:
        for batch in read(*arguments):
            written.extend(report(amina, percentage).version for percentage in (20, 30))
            topics.take()
            erase_user(user_id=moses.id)
            topics.take()
            yield [*batch, *topics.records[-20:]]

    monkeypatch.setattr(topics, "read", read_and_write)
    assert "nothing to do" in after_restore("--apply")
    assert written == [1, 2]
    assert state() is State.CHECKED
    assert Progress.objects.get().completion_percentage == 30
    assert {one.user_id for one in Progress.objects.all()} == {amina.id}
    check_consistency(topics)


def test_a_topic_is_not_lost_because_the_relay_was_acknowledged_meanwhile(
    topics: Topics, amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the command has read the topics, whose last offsets are higher then."""
    topics.take()
    topics.add(TopicRecord("ongoza.progress", 0, len(topics.records), "foreign", [], b"{"))

    def state_after_an_acknowledgement() -> State:
        mark_checked({("ongoza.users", 0): 1000})
        return state()

    command = "core.restore.management.commands.after_restore"
    monkeypatch.setattr(f"{command}.state", state_after_an_acknowledgement)
    after_restore("--accept")
    assert stored_offsets()["ongoza.users", 0] == 1000
    assert problems() == []


def test_what_is_lost_after_a_refill_comes_back(topics: Topics, amina: User) -> None:
    report(amina, 10)
    topics.take()
    mark_checked(last_stable_offsets(topics.offset_ranges(OWN_TOPICS)))
    call_command("refill_topic", "ongoza.progress")
    # The backup is made here, before the relay has sent what the refill queued.
    with lost(topics):
        report(amina, 50)
    after_restore("--apply")
    assert Progress.objects.get().completion_percentage == 50
    check_consistency(topics)


@pytest.mark.parametrize("pending", [True, False], ids=["pending", "not compared"])
def test_a_refill_accepts_nothing_that_a_restore_has_lost(
    topics: Topics, amina: User, settings: Any, pending: bool
) -> None:
    report(amina, 10)
    topics.take()
    settings.RESTORE_CHECK_SECONDS = 10
    if pending:
        mark_pending(1, [])
    with pytest.raises(CommandError, match="nothing is queued"):
        call_command("refill_topic", "ongoza.progress")
    assert not OutboxEvent.objects.exists()
    assert stored_offsets() == {}


def test_a_refill_without_an_answer_from_kafka_queues_nothing(
    topics: Topics, amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_: object) -> dict[PartitionId, tuple[int, int]]:
        raise NotRead("the brokers do not answer")

    report(amina, 10)
    topics.take()
    monkeypatch.setattr(topics, "offset_ranges", silent)
    with pytest.raises(CommandError, match="nothing is queued"):
        call_command("refill_topic", "ongoza.progress")
    assert not OutboxEvent.objects.exists()


def test_an_item_comes_back_whole_although_its_course_comes_back_after_it(
    topics: Topics, amina: User
) -> None:
    with lost(topics):
        item("course-2")
        item("module-1", course="course-2")
        item("module-2", course="course-2", prerequisites=["module-1"])
        update_content(content_id="module-1", title="The first module")
        update_content(content_id="course-2", title="The second course")  # the last fact of all
    text = after_restore("--apply")
    modules = ContentItem.objects.filter(course__content_id="course-2")
    assert {one.content_id for one in modules} == {"module-1", "module-2"}
    assert [one.content_id for one in modules.get(content_id="module-2").prerequisites.all()] == [
        "module-1"
    ]
    assert Outcome.PARTLY.value not in text
    check_consistency(topics)


def test_memberships_follow_a_user_who_gets_another_id(topics: Topics, amina: User) -> None:
    mentor = person("moses", Role.MENTOR)
    with lost(topics):
        new = sign_up(email="new@ongoza.example", password="a long enough phrase").user
        assign(mentor, new)
    second = sign_up(email="second@ongoza.example", password="a long enough phrase").user
    assert second.id == new.id
    assign(mentor, second)
    assign(second, amina)

    after_restore("--apply")
    moved = User.objects.get(email="second@ongoza.example")
    assert moved.id > new.id
    assigned = Membership.objects.filter(learner__isnull=False).order_by("pk")
    assert [(one.user_id, one.learner_id) for one in assigned] == [
        (mentor.id, moved.id),
        (moved.id, amina.id),
    ]
    check_consistency(topics)
    named = FactHistory.objects.filter(further_subject_ids__contains=[new.id])
    assert not named.exists()
    published = FactHistory.objects.filter(further_subject_ids__contains=[moved.id])
    assert {one.owner_id for one in published} == {mentor.id}
