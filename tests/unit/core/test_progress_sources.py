"""By whose word progress is known: what reports of learners and of staff do to each other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.organizations.services import add_organization
from core.progress.models import Progress
from core.progress.services import report_progress
from core.users.models import Minor, User
from ongoza_contracts.vocabulary import ContentType, ProgressSource, ProgressStatus, Role
from tests.unit.core.progress_reports import (
    ago,
    amina,
    attempts_path,
    completed,
    last_fact,
    learner,
    report,
)
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

__all__ = ["amina", "learner"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def dora() -> Caller:
    return signed_in(person("dora", Role.ADMIN))


def recorded(staff: Caller, learner: User, status: str = "completed", **changes: Any) -> Any:
    """The learner's record after a report by staff that is accepted."""
    body = progress_report(status=status, **{"completion_percentage": None, **changes})
    answer, record = staff.post(f"users/{learner.id}/progress/", body)
    assert answer in (200, 201), record
    return record


def sources(record: dict[str, Any]) -> tuple[str, str]:
    return record["source"], record["completion_source"]


def scores(record: dict[str, Any]) -> tuple[float | None, float | None]:
    return record["score"], record["best_score"]


def test_staff_record_progress_of_a_learner(amina: Caller, dora: Caller, learner: User) -> None:
    record = recorded(dora, learner, score=70)
    assert (record["user"], record["source"], record["status"]) == (
        *(learner.id, "staff", "completed"),
    )
    assert sources(last_fact(learner)) == ("staff", "staff")


def test_a_self_report_changes_no_completion_by_staff(
    amina: Caller, dora: Caller, learner: User
) -> None:
    recorded(dora, learner, score=70)
    forget_appended()
    record = completed(amina, score=100, metadata={"page": 7})
    assert (record["source"], *scores(record)) == ("staff", 70, 70)
    assert (record["metadata"], appended()) == ({"page": 7}, [])


@pytest.mark.parametrize("change", [{"score": 100}, {"status": "completed"}])
def test_patch_of_a_completion_by_staff_is_refused(
    amina: Caller, dora: Caller, learner: User, change: dict[str, Any]
) -> None:
    path = f"progress/{recorded(dora, learner, score=70)['id']}/"
    before = Progress.objects.values().get()
    forget_appended()
    answer = amina.call("PATCH", path, {**change, "metadata": {"page": 7}})
    assert refusal(answer) == (409, "attested_completion", [])
    assert (Progress.objects.values().get(), appended()) == (before, [])
    assert amina.call("PATCH", path, {"metadata": {"page": 7}})[0] == 200


def test_staff_attest_a_completion_that_the_learner_reported(
    amina: Caller, dora: Caller, learner: User
) -> None:
    first = completed(amina)
    assert sources(first) == ("self", "self")
    record = recorded(dora, learner)
    assert sources(record) == ("staff", "staff")
    assert record["first_completed_at"] == first["first_completed_at"]


@pytest.mark.parametrize("score", [None, 60])
@pytest.mark.parametrize("status", ["in_progress", "completed"])
def test_the_word_of_staff_does_not_cover_a_score_that_the_learner_reported(
    amina: Caller, dora: Caller, learner: User, status: str, score: float | None
) -> None:
    report(amina, status, score=100)
    record = recorded(dora, learner, score=score)
    assert (*sources(record), *scores(record)) == ("staff", "staff", score, score)
    assert scores(last_fact(learner)) == (score, score)


def test_a_score_that_staff_gave_before_they_attest_the_completion_stays(
    amina: Caller, dora: Caller, learner: User
) -> None:
    recorded(dora, learner, "in_progress", score=60)
    assert scores(recorded(dora, learner)) == (60, 60)


def test_a_report_by_staff_that_completes_nothing_restarts_the_score(
    amina: Caller, dora: Caller, learner: User
) -> None:
    report(amina, completion_percentage=80, score=100)
    record = recorded(dora, learner, "not_started")
    assert (*sources(record), record["status"]) == ("staff", "self", "not_started")
    assert (record["completion_percentage"], record["score"]) == (0, None)


def test_a_later_attempt_is_the_learners_own_word(
    amina: Caller, dora: Caller, learner: User
) -> None:
    first = recorded(dora, learner, score=60)
    amina.post(attempts_path(first), None)
    assert sources(last_fact(learner)) == ("self", "staff")
    report(amina, completion_percentage=10, score=90)
    record = completed(amina, score=100)
    assert (*sources(record), *scores(record)) == ("self", "staff", 100, 60)
    assert completed(amina, score=80)["score"] == 80  # not locked: nobody else attested it
    amina.post(attempts_path(first), None)
    one, two = amina.get(attempts_path(first))[1]["results"]
    assert [(a["source"], a["score"]) for a in (one, two)] == [("staff", 60), ("self", 80)]


def test_staff_attest_a_later_attempt(amina: Caller, dora: Caller, learner: User) -> None:
    amina.post(attempts_path(recorded(dora, learner, score=60)), None)
    completed(amina, score=100)
    record = recorded(dora, learner, score=50)
    assert (*sources(record), *scores(record)) == ("staff", "staff", 50, 60)
    assert scores(recorded(dora, learner, score=70)) == (70, 70)


def test_staff_who_see_a_later_attempt_begin_attest_no_completion(
    amina: Caller, dora: Caller, learner: User
) -> None:
    amina.post(attempts_path(completed(amina)), None)
    record = recorded(dora, learner, "in_progress", completion_percentage=10)
    assert sources(record) == ("staff", "self")


def test_a_learner_goes_on_from_what_staff_recorded(
    amina: Caller, dora: Caller, learner: User
) -> None:
    body = progress_report(completion_percentage=10)
    assert dora.post(f"users/{learner.id}/progress/", body)[1]["source"] == "staff"
    assert report(amina, completion_percentage=10)["source"] == "staff"  # says nothing new
    assert report(amina, completion_percentage=20)["source"] == "self"


def test_a_self_report_does_not_outdate_what_staff_saw_before(
    amina: Caller, dora: Caller, learner: User
) -> None:
    report(amina, completion_percentage=10)
    record = recorded(dora, learner, score=60, reported_at=ago(days=1))
    assert (record["status"], record["source"], record["score"]) == ("completed", "staff", 60)


def test_an_older_report_by_staff_does_not_undo_a_newer_one_by_staff(
    amina: Caller, dora: Caller, learner: User
) -> None:
    recorded(dora, learner, "in_progress", score=60, reported_at=ago(hours=1))
    report(amina, completion_percentage=20)
    late = recorded(dora, learner, "in_progress", score=30, reported_at=ago(hours=2))
    assert (late["score"], late["source"]) == (60, "self")


def test_a_report_by_staff_on_an_earlier_attempt_does_not_complete_the_next(
    amina: Caller, dora: Caller, learner: User
) -> None:
    amina.post(attempts_path(completed(amina)), None)
    assert recorded(dora, learner, reported_at=ago(hours=1))["status"] == "in_progress"


def test_an_older_report_by_staff_does_not_let_older_reports_of_the_learner_in(
    amina: Caller, dora: Caller, learner: User
) -> None:
    report(amina, completion_percentage=10)
    recorded(dora, learner, "in_progress", completion_percentage=20, reported_at=ago(days=2))
    late = report(amina, completion_percentage=90, reported_at=ago(days=1))
    assert late["completion_percentage"] == 20


def test_a_self_report_that_sets_nothing_is_not_the_newest(
    amina: Caller, dora: Caller, learner: User
) -> None:
    recorded(dora, learner, reported_at=ago(days=1))
    before = Progress.objects.get().reported_at
    completed(amina, score=100)
    assert Progress.objects.get().reported_at == before


@pytest.mark.parametrize("source", [ProgressSource.CHECK, ProgressSource.REVIEW])
def test_a_check_and_a_review_attest_as_well(
    source: ProgressSource, amina: Caller, learner: User
) -> None:
    report_progress(
        user=learner,
        content_id="course-1",
        content_type=ContentType.COURSE,
        status=ProgressStatus.COMPLETED,
        source=source,
    )
    assert sources(completed(amina)) == (source, source)


def test_a_director_records_for_learners_of_the_organization_alone(learner: User) -> None:
    item("course-1")
    school = add_organization(name="One", kind="school")
    director = signed_in(person("dora", Role.DIRECTOR, school))
    theirs = person("baraka", Role.LEARNER, school)
    foreign = director.post(f"users/{learner.id}/progress/", progress_report())
    assert refusal(foreign) == (404, "not_found", [])
    assert recorded(director, theirs)["source"] == "staff"


def test_nobody_attests_for_themselves(amina: Caller) -> None:
    ada = person("ada", Role.ADMIN)
    answer = signed_in(ada).post(f"users/{ada.id}/progress/", progress_report())
    assert refusal(answer) == (403, "own_progress", [])
    assert not Progress.objects.exists()


def test_staff_record_nothing_of_a_minor_without_consent(
    amina: Caller, dora: Caller, learner: User
) -> None:
    Minor.objects.create(user=learner, adult_from=datetime.now(UTC).date() + timedelta(days=400))
    answer = dora.post(f"users/{learner.id}/progress/", progress_report())
    assert refusal(answer) == (403, "guardian_consent_required", [])
