"""What waits for a mentor, when it was promised, and who is notified when it is overdue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.services import schedule
from core.mentorship import workqueue
from core.mentorship.conversation_models import Message
from core.mentorship.models import Match, MentorshipRequest
from core.mentorship.workqueue import WorkKind, declare
from core.notifications.models import Notification
from ongoza_contracts.mentorship import SessionState
from ongoza_contracts.vocabulary import Role
from tests.unit.core.conversation_rows import end
from tests.unit.core.mentor_rows import (
    ahead,
    asked,
    match_of,
    session_in,
    set_columns,
)
from tests.unit.core.notified import notified, run_jobs
from tests.unit.core.school import World
from tests.unit.core.world import Caller, person, signed_in

pytestmark = pytest.mark.django_db

QUEUE = "mentorship/workqueue/"
OVERDUE = "mentorship.work_overdue"


@pytest.fixture
def match(world: World) -> Match:
    return match_of(world.learner, world.mentor)


@pytest.fixture
def mara(world: World) -> Caller:
    return signed_in(world.mentor)


def queue(caller: Caller) -> list[tuple[str, str, bool]]:
    status, body = caller.get(QUEUE)
    assert status == 200
    assert body["overdue"] == sum(one["is_overdue"] for one in body["work"])
    return [(one["kind"], one["subject"], one["is_overdue"]) for one in body["work"]]


def send(world: World, match: Match, text: str = "Hello") -> str:
    path = f"mentorship/matches/{match.pk}/messages/"
    return str(signed_in(world.learner).post(path, {"text": text})[1]["id"])


def wait(days: int) -> None:
    """As if all messages were so old."""
    Message.objects.update(created_at=timezone.now() - timedelta(days=days))


def escalate() -> None:
    schedule("mentorship.escalations")
    run_jobs()


def test_a_mentor_sees_what_waits_with_what_is_due_first_at_the_head(
    mara: Caller, match: Match, world: World
) -> None:
    second = person("second", Role.LEARNER, world.school)
    request = asked(second, world.mentor)
    message = send(world, match)
    send(world, match, "And again")
    to_confirm = session_in(SessionState.REQUESTED, match)
    to_record = session_in(SessionState.CONFIRMED, match, ahead(3))
    yesterday = timezone.now() - timedelta(days=1)
    set_columns(to_record, starts_at=yesterday - timedelta(hours=1), ends_at=yesterday)
    results = mara.get(QUEUE)[1]["work"]
    assert {(one["kind"], one["subject"]) for one in results} == {
        ("request_to_answer", str(request.pk)),
        ("messages_to_read", message),
        ("session_to_confirm", str(to_confirm.pk)),
        ("session_to_record", str(to_record.pk)),
    }
    assert [one["due_at"] for one in results] == sorted(one["due_at"] for one in results)
    by_kind = {one["kind"]: one for one in results}
    assert by_kind["request_to_answer"]["learner"] == second.pk
    assert by_kind["messages_to_read"]["learner"] == world.learner.pk
    expires_at = MentorshipRequest.objects.get(pk=request.pk).expires_at
    assert expires_at is not None
    assert by_kind["request_to_answer"]["due_at"][:19] == expires_at.isoformat()[:19]
    assert queue(signed_in(world.foreign_mentor)) == queue(signed_in(world.learner)) == []


def test_what_is_done_waits_no_longer(mara: Caller, match: Match, world: World) -> None:
    send(world, match)
    mara.post(f"mentorship/matches/{match.pk}/messages/read/", {"up_to": 1})
    assert queue(mara) == []
    send(world, match)
    end(match)
    assert queue(mara) == []


def test_directors_are_notified_once_of_what_is_overdue(
    mara: Caller, match: Match, world: World
) -> None:
    message = send(world, match)
    escalate()
    assert (queue(mara), OVERDUE in notified(world.director)) == (
        [("messages_to_read", message, False)],
        False,
    )
    wait(days=3)
    assert queue(mara) == [("messages_to_read", message, True)]
    escalate()
    escalate()
    (notice,) = Notification.objects.filter(kind=OVERDUE)
    assert (notice.user, notice.subject) == (world.director, f"messages_to_read:{message}")


def test_what_is_overdue_for_long_is_not_escalated_again(match: Match, world: World) -> None:
    send(world, match)
    wait(days=30)
    escalate()
    assert OVERDUE not in notified(world.director)


def test_an_escalation_goes_on_in_a_job_of_its_own(
    match: Match, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.mentorship.conversation_jobs.BATCH", 1)
    second = match_of(person("second", Role.LEARNER, world.school), world.mentor)
    send(world, match)
    path = f"mentorship/matches/{second.pk}/messages/"
    signed_in(second.learner).post(path, {"text": "Hello"})
    wait(days=3)
    escalate()
    assert Notification.objects.filter(kind=OVERDUE, user=world.director).count() == 2
    assert not Job.objects.filter(failed_at__isnull=False).exists()


def test_a_kind_of_work_is_declared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workqueue, "_KINDS", {})
    declare(WorkKind(name="review", rows=Message.objects.all))
    with pytest.raises(ValueError, match="two kinds of work"):
        declare(WorkKind(name="review", rows=Message.objects.all))
