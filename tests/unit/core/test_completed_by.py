"""Items that a self-report does not complete."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.imports.progress import ProgressWriter
from core.kit.errors import Conflict
from core.programs.models import CompletedBy, ContentItem
from core.progress.models import Progress
from core.progress.services import Step, import_history
from core.users.models import User
from ongoza_contracts.vocabulary import ProgressSource, ProgressStatus, Role
from tests.unit.core.progress_reports import learner
from tests.unit.core.world import (
    Caller,
    appended,
    forget_appended,
    item,
    person,
    progress_report,
    refusal,
    signed_in,
)

__all__ = ["learner"]
pytestmark = pytest.mark.django_db

REVIEWED, CHECKED = "mission-1", "module-1"
CODES = {REVIEWED: "needs_review", CHECKED: "needs_quiz"}
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def dora() -> Caller:
    """Staff, of a catalogue with a mission for review and a module with a check."""
    item("course-1")
    item(REVIEWED, completed_by=CompletedBy.REVIEW)
    checked = item(CHECKED, course="course-1")
    checked.completed_by = CompletedBy.CHECK
    checked.save(update_fields=["completed_by"])
    caller = signed_in(person("dora", Role.ADMIN))
    forget_appended()
    return caller


def body(content_id: str, status: str, **changes: Any) -> dict[str, Any]:
    kind = content_id.split("-")[0]
    return progress_report(
        content_id, content_type=kind, status=status, completion_percentage=None, **changes
    )


@pytest.mark.parametrize("content_id", [*CODES])
def test_a_self_report_completes_no_such_item(dora: Caller, learner: User, content_id: str) -> None:
    amina = signed_in(learner)
    forget_appended()
    refused = amina.post("progress/", body(content_id, "completed"))
    assert refusal(refused) == (409, CODES[content_id], [])
    assert (Progress.objects.count(), appended()) == (0, [])

    status, record = amina.post("progress/", body(content_id, "in_progress", score=20))
    assert (status, record["status"]) == (201, "in_progress")
    before = Progress.objects.values().get()
    forget_appended()
    path = f"progress/{record['id']}/"
    for answer in (
        amina.post("progress/", body(content_id, "completed")),
        amina.call("PATCH", path, {"status": "completed", "metadata": {"page": 7}}),
    ):
        assert refusal(answer) == (409, CODES[content_id], [])
    assert (Progress.objects.values().get(), appended()) == (before, [])


@pytest.mark.parametrize("content_id", [*CODES])
def test_staff_complete_it_and_the_learner_may_repeat_it(
    dora: Caller, learner: User, content_id: str
) -> None:
    path = f"users/{learner.pk}/progress/"
    assert dora.post(path, body(content_id, "completed"))[0] == 201
    forget_appended()
    status, record = signed_in(learner).post("progress/", body(content_id, "completed"))
    assert (status, record["source"], appended()) == (200, "staff", [])


def test_what_was_completed_before_stays_completed(learner: User) -> None:
    mission, amina = item(REVIEWED), signed_in(learner)
    amina.post("progress/", body(REVIEWED, "completed"))
    mission.completed_by = CompletedBy.REVIEW
    mission.save(update_fields=["completed_by"])
    forget_appended()
    status, record = amina.post("progress/", body(REVIEWED, "completed", metadata={"page": 7}))
    assert (status, record["status"], record["metadata"]) == (200, "completed", {"page": 7})
    assert appended() == []
    amina.call("POST", f"progress/{record['id']}/attempts/")
    again = amina.post("progress/", body(REVIEWED, "completed"))
    assert refusal(again) == (409, "needs_review", [])


@pytest.mark.parametrize("content_id", [*CODES])
def test_an_import_completes_it_by_anothers_word_alone(
    dora: Caller, learner: User, content_id: str
) -> None:
    values = {
        **{"user_id": learner.pk, "content_id": content_id, "reported_at": AT},
        "status": ProgressStatus.COMPLETED,
    }
    forget_appended()
    with pytest.raises(Conflict) as refused:
        ProgressWriter().write({**values, "source": ProgressSource.SELF})
    assert (refused.value.code, ProgressWriter.fields[type(refused.value)]) == (
        *(CODES[content_id], "status"),
    )
    step = Step(
        content_id=content_id,
        status=ProgressStatus.COMPLETED,
        completion_percentage=100,
        score=None,
        at=AT,
    )
    with pytest.raises(Conflict):
        import_history(user=learner, steps=[step])
    assert (Progress.objects.count(), appended()) == (0, [])
    ProgressWriter().write({**values, "source": ProgressSource.REVIEW})
    assert Progress.objects.get().completion_source == ProgressSource.REVIEW


def test_directors_set_review_of_missions_alone_and_check_follows_from_a_quiz(
    dora: Caller,
) -> None:
    item("mission-2")
    before = [*ContentItem.objects.order_by("pk").values()]
    forget_appended()
    for content_id, value, status, code in (
        ("mission-2", "check", 409, "follows_from_quiz"),
        ("course-1", "review", 400, "not_reviewed"),
        (CHECKED, "self", 409, "follows_from_quiz"),
    ):
        answer = dora.call("PATCH", f"content/{content_id}/", {"completed_by": value})
        assert refusal(answer) == (status, code, [])
        assert ([*ContentItem.objects.order_by("pk").values()], appended()) == (before, [])
    answer = dora.call("PATCH", "content/mission-2/", {"completed_by": "review"})
    assert (answer[0], answer[1]["completed_by"]) == (200, "review")
    assert dora.call("PATCH", f"content/{CHECKED}/", {"title": "x"})[1]["completed_by"] == "check"


def test_the_etag_changes_with_what_completes_an_item(dora: Caller) -> None:
    mission = ContentItem.objects.get(content_id=REVIEWED)
    before = mission.etag
    mission.completed_by = CompletedBy.SELF
    mission.save(update_fields=["completed_by"])
    assert mission.etag != before
