"""What reports of progress change: late ones, scores, new attempts and prerequisites."""

from datetime import datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from core.erasure.services import erase_user
from core.programs.models import ContentItem
from core.programs.services import add_program, retire_content
from core.progress.models import Attempt, Progress
from core.users.models import User
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


# --- late reports --------------------------------------------------------------------------------
def test_a_lower_percentage_without_a_time_keeps_the_higher(amina: Caller) -> None:
    report(amina, completion_percentage=80)
    forget_appended()
    record = report(amina, completion_percentage=50)
    assert (record["status"], record["completion_percentage"]) == ("in_progress", 80)
    assert appended() == []


def test_a_lower_percentage_without_a_time_still_gives_its_score(amina: Caller) -> None:
    report(amina, completion_percentage=80, score=60)
    record = report(amina, completion_percentage=50, score=40)
    assert (record["completion_percentage"], record["score"]) == (80, 40)


def test_not_started_without_a_time_does_not_reset_an_item_in_progress(amina: Caller) -> None:
    report(amina, completion_percentage=80, score=60)
    record = report(amina, "not_started")
    kept = (record["status"], record["completion_percentage"], record["score"])
    assert kept == ("in_progress", 80, 60)


def test_not_started_without_a_time_keeps_an_item_begun_at_0_percent(amina: Caller) -> None:
    report(amina, completion_percentage=0, score=60)
    record = report(amina, "not_started")
    kept = (record["status"], record["completion_percentage"], record["score"])
    assert kept == ("in_progress", 0, 60)


@pytest.mark.parametrize("before", [0, 80])
def test_a_failure_without_a_time_lowers_no_percentage(amina: Caller, before: int) -> None:
    report(amina, completion_percentage=before)
    record = report(amina, "failed", completion_percentage=before / 2)
    assert (record["status"], record["completion_percentage"]) == ("failed", before)


def test_a_report_older_than_the_newest_changes_nothing(amina: Caller) -> None:
    report(amina, completion_percentage=30, reported_at=ago(hours=1), metadata={"page": 3})
    before = Progress.objects.values().get()
    forget_appended()
    earlier = ago(hours=2)
    report(amina, completion_percentage=80, reported_at=earlier)
    report(amina, "failed", reported_at=earlier)
    report(amina, metadata={"page": 1}, reported_at=earlier)
    assert (Progress.objects.values().get(), appended()) == (before, [])


def test_a_newer_report_with_its_time_may_lower_the_percentage(amina: Caller) -> None:
    report(amina, completion_percentage=80, reported_at=ago(hours=2))
    record = report(amina, completion_percentage=50, reported_at=ago(hours=1))
    assert record["completion_percentage"] == 50


def test_a_late_report_does_not_contradict_a_completion(amina: Caller) -> None:
    completed(amina)
    assert report(amina, reported_at=ago(hours=1))["status"] == "completed"


def test_a_report_that_changes_nothing_still_counts_as_the_newest(amina: Caller) -> None:
    report(amina, completion_percentage=40, reported_at=ago(hours=3))
    report(amina, completion_percentage=40, reported_at=ago(hours=1))
    late = report(amina, completion_percentage=90, reported_at=ago(hours=2))
    assert late["completion_percentage"] == 40


def test_a_clock_that_is_a_little_ahead_does_not_shut_out_later_reports(amina: Caller) -> None:
    report(amina, completion_percentage=40, reported_at=ago(minutes=-4))
    assert report(amina, completion_percentage=50)["completion_percentage"] == 50
    now = report(amina, completion_percentage=30, reported_at=ago(minutes=0))
    assert now["completion_percentage"] == 30


def test_a_time_that_no_report_can_have_is_refused(amina: Caller) -> None:
    times = {ago(minutes=-6): "out_of_range", "2026-01-01T00:00:00": "invalid", 7: "wrong_type"}
    for time, code in times.items():
        answer = amina.post("progress/", progress_report(reported_at=time))
        assert refusal(answer) == (400, "invalid", [("reported_at", code)])
    assert not Progress.objects.exists()


def test_patch_lowers_the_percentage_and_outdates_older_reports(amina: Caller) -> None:
    path = f"progress/{report(amina, completion_percentage=80)['id']}/"
    _, record = amina.call("PATCH", path, {"status": "not_started"})
    assert (record["status"], record["completion_percentage"]) == ("not_started", 0)
    late = report(amina, completion_percentage=80, reported_at=ago(hours=1))
    assert late["status"] == "not_started"


def test_notes_by_patch_do_not_outdate_a_report(amina: Caller) -> None:
    record = report(amina, completion_percentage=20, reported_at=ago(hours=2))
    amina.call("PATCH", f"progress/{record['id']}/", {"metadata": {"page": 7}})
    late = report(amina, completion_percentage=80, reported_at=ago(hours=1))
    assert late["completion_percentage"] == 80


def test_a_completion_has_the_time_of_its_report(amina: Caller) -> None:
    record = completed(amina, reported_at=(then := ago(days=2)))
    assert datetime.fromisoformat(record["first_completed_at"]) == datetime.fromisoformat(then)
    amina.post(attempts_path(record), None)
    (attempt,) = amina.get(attempts_path(record))[1]["results"]
    assert attempt["begun_at"] == attempt["completed_at"] == record["first_completed_at"]


def test_a_clock_ahead_of_ours_completes_nothing_in_the_future(amina: Caller) -> None:
    record = completed(amina, reported_at=ago(minutes=-4))
    assert record["first_completed_at"] <= record["updated_at"]


# --- scores --------------------------------------------------------------------------------------
def test_the_best_score_is_kept_beside_the_last(amina: Caller, learner: User) -> None:
    completed(amina, score=92)
    record = completed(amina, score=40)
    assert (record["score"], record["best_score"]) == (40, 92)
    fact = last_fact(learner)
    assert (fact["score"], fact["best_score"]) == (40, 92)


# --- attempts ------------------------------------------------------------------------------------
def test_a_completed_item_is_taken_again_without_losing_the_first_attempt(
    amina: Caller, learner: User
) -> None:
    first = completed(amina, score=92)
    status, again = amina.post(attempts_path(first), None)
    assert status == 201
    assert (again["status"], again["completion_percentage"], again["score"]) == (
        *("in_progress", 0, None),
    )
    assert (again["attempt"], again["best_score"]) == (2, 92)
    assert again["first_completed_at"] == first["first_completed_at"] is not None
    _, page = amina.get(attempts_path(first))
    (attempt,) = page["results"]
    assert attempt == {
        "number": 1,
        "source": "self",
        "score": 92,
        "completion_percentage": 100,
        "begun_at": first["created_at"],
        "completed_at": first["first_completed_at"],
    }
    fact = last_fact(learner)
    assert (fact["status"], fact["attempt"], fact["best_score"]) == ("in_progress", 2, 92)
    assert fact["first_completed_at"]


def test_a_second_attempt_has_times_of_its_own(amina: Caller) -> None:
    record = completed(amina, score=92)
    amina.post(attempts_path(record), None)
    second = completed(amina, score=50)
    assert (second["score"], second["best_score"]) == (50, 92)
    assert second["first_completed_at"] == record["first_completed_at"]
    amina.post(attempts_path(record), None)
    one, two = amina.get(attempts_path(record))[1]["results"]
    assert (one["number"], two["number"], two["score"]) == (1, 2, 50)
    assert one["completed_at"] < two["begun_at"] < two["completed_at"]


def test_a_late_report_of_the_first_attempt_does_not_complete_the_second(amina: Caller) -> None:
    record = completed(amina)
    amina.post(attempts_path(record), None)
    assert completed(amina, reported_at=ago(hours=1))["status"] == "in_progress"


def test_an_attempt_needs_a_completed_item_on_offer(amina: Caller) -> None:
    record = report(amina)
    forget_appended()
    assert refusal(amina.post(attempts_path(record), None)) == (409, "not_completed", [])
    completed(amina)
    retire_content(content_id="course-1")
    forget_appended()
    assert refusal(amina.post(attempts_path(record), None)) == (409, "retired", [])
    assert (appended(), Attempt.objects.count()) == ([], 0)


def test_a_double_click_starts_one_attempt(amina: Caller) -> None:
    record = completed(amina)
    answers = [amina.post(attempts_path(record), None)[0] for _ in range(2)]
    assert (answers, Progress.objects.get().attempt) == ([201, 409], 2)


def test_the_refusal_of_less_than_completed_names_the_route(amina: Caller) -> None:
    record = completed(amina)
    answer = amina.post("progress/", progress_report(completion_percentage=10))
    assert refusal(answer) == (409, "already_completed", [])
    assert f"/api/v1/{attempts_path(record)}" in answer[1]["detail"]


def test_nobody_else_starts_an_attempt_or_reads_them(amina: Caller) -> None:
    path = attempts_path(completed(amina))
    stranger = signed_in(person("baraka"))
    assert refusal(stranger.post(path, None)) == (404, "not_found", [])
    assert refusal(stranger.get(path)) == (404, "not_found", [])


def test_attempts_are_erased_with_their_learner(amina: Caller, learner: User) -> None:
    amina.post(attempts_path(completed(amina)), None)
    erase_user(user_id=learner.id)
    assert not Attempt.objects.exists()


# --- retired items -------------------------------------------------------------------------------
def test_what_was_begun_before_it_was_retired_is_finished_by_post(amina: Caller) -> None:
    report(amina)
    retire_content(content_id="course-1")
    assert completed(amina)["status"] == "completed"


def test_what_was_begun_before_it_was_retired_is_finished_by_patch(amina: Caller) -> None:
    path = f"progress/{report(amina)['id']}/"
    retire_content(content_id="course-1")
    _, record = amina.call("PATCH", path, {"status": "completed"})
    assert (record["status"], record["completion_percentage"]) == ("completed", 100)


def test_a_retired_item_is_not_begun(amina: Caller) -> None:
    retire_content(content_id="course-1")
    assert refusal(amina.post("progress/", progress_report())) == (400, "unknown_content", [])
    assert not Progress.objects.exists()


# --- prerequisites -------------------------------------------------------------------------------
@pytest.fixture
def advanced(amina: Caller) -> ContentItem:
    """An item of a program that requires prerequisites; one of the three is retired."""
    for number in (2, 3):
        item(f"course-{number}")
    program = add_program(slug="strict", title="Strict", prerequisites_policy="require")
    before = ["course-1", "course-2", "course-3"]
    made = item("mission-9", program=program, prerequisites=before)
    retire_content(content_id="course-3")
    forget_appended()
    return made


def test_a_program_that_requires_prerequisites_refuses_the_first_report(
    amina: Caller, advanced: ContentItem
) -> None:
    completed(amina)
    forget_appended()
    status, answer = amina.post("progress/", progress_report("mission-9"))
    assert (status, answer["code"]) == (409, "prerequisites_missing")
    assert answer["missing_prerequisites"] == ["course-2"]
    assert (Progress.objects.count(), appended()) == (1, [])


def test_a_program_that_advises_allows_it_and_names_them(
    amina: Caller, advanced: ContentItem
) -> None:
    advanced.program.prerequisites_policy = "advise"
    advanced.program.save()
    status, answer = amina.post("progress/", progress_report("mission-9"))
    assert (status, answer["missing_prerequisites"]) == (201, ["course-1", "course-2"])


def test_what_is_begun_goes_on_when_prerequisites_become_required(
    amina: Caller, advanced: ContentItem
) -> None:
    for content_id in ("course-1", "course-2"):
        completed(amina, content_id=content_id, content_type="course")
    assert amina.post("progress/", progress_report("mission-9"))[0] == 201
    # Taking a prerequisite again does not make it missing.
    first = Progress.objects.get(content__content_id="course-1")
    amina.post(f"progress/{first.pk}/attempts/", None)
    status, answer = amina.post("progress/", progress_report("mission-9"))
    assert (status, answer["missing_prerequisites"]) == (200, [])


def test_a_completed_course_completes_its_modules_for_what_needs_them(amina: Caller) -> None:
    """As in ai's lists (`test_courses_in_lists.py`)."""
    item("module-1-1", course="course-1")
    program = add_program(slug="strict", title="Strict", prerequisites_policy="require")
    item("mission-2", program=program, prerequisites=["module-1-1"])
    status, answer = amina.post("progress/", progress_report("mission-2"))
    assert (status, answer["missing_prerequisites"]) == (409, ["module-1-1"])
    completed(amina)
    status, answer = amina.post("progress/", progress_report("mission-2"))
    assert (status, answer["missing_prerequisites"]) == (201, [])


def test_the_modules_of_a_retired_course_are_not_required(amina: Caller) -> None:
    item("module-1-1", course="course-1")
    program = add_program(slug="strict", title="Strict", prerequisites_policy="require")
    item("mission-2", program=program, prerequisites=["module-1-1"])
    rows: Any = QuerySet(ContentItem)
    rows.filter(content_id="course-1").update(retired=True)  # by an older release: it alone
    status, answer = amina.post("progress/", progress_report("mission-2"))
    assert (status, answer["missing_prerequisites"]) == (201, [])


def test_prerequisites_cost_no_query_more(amina: Caller, advanced: ContentItem) -> None:
    for content_id in ("course-1", "course-2"):
        completed(amina, content_id=content_id, content_type="course")
    item("mission-1")
    counts = []
    for content_id in ("mission-1", "mission-9"):
        with CaptureQueriesContext(connection) as queries:
            assert amina.post("progress/", progress_report(content_id))[0] == 201
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- rows that are older than these columns ------------------------------------------------------
def test_the_migration_fills_what_older_rows_show_in_batches(
    amina: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content_id in ("course-2", "course-3"):
        item(content_id)
        report(amina, content_id=content_id, score=40)
    completed(amina, score=70)
    rows: Any = QuerySet(Progress)
    rows.update(best_score=None, first_completed_at=None, completed_at=None)
    migration = import_module("core.progress.migrations.0006_fill_attempts")
    monkeypatch.setattr(migration, "BATCH", 2)
    with CaptureQueriesContext(connection) as queries:
        migration.fill(SimpleNamespace(get_model=lambda *_: SimpleNamespace(objects=rows)), None)
    assert not migration.Migration.atomic
    assert sum(query["sql"].startswith("UPDATE") for query in queries) == 2
    row = rows.get(content__content_id="course-1")
    assert (row.best_score, row.first_completed_at) == (70, row.updated_at)
    assert row.completed_at == row.updated_at
    for other in rows.exclude(pk=row.pk):
        assert (other.best_score, other.first_completed_at, other.completed_at) == (40, None, None)


def test_the_release_before_these_columns_still_inserts(learner: User) -> None:
    content = item("course-1")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO progress_progress (version, created_at, updated_at, user_id, content_id,"
            " status, completion_percentage, metadata)"
            " VALUES (1, now(), now(), %s, %s, 'completed', 100, '{}')",
            [learner.pk, content.content_id],
        )
    row = Progress.objects.get()
    assert (row.source, row.completion_source, row.attempt) == ("self", "self", 1)


def test_a_row_without_the_time_of_its_completion_is_taken_again(amina: Caller) -> None:
    """As one that was written back from an older fact."""
    record = completed(amina)
    rows: Any = QuerySet(Progress)
    rows.update(first_completed_at=None, completed_at=None)
    _, again = amina.post(attempts_path(record), None)
    assert again["first_completed_at"] == record["updated_at"]
