"""Reporting progress over HTTP: what is written, what is appended, what is refused."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from core.programs.services import retire_content
from core.progress.models import Progress
from core.users.models import User
from tests.unit.core.world import (
    NOBODY,
    Caller,
    Refusal,
    appended,
    forget_appended,
    item,
    person,
    progress_report,
    refusal,
    service,
    signed_in,
)

pytestmark = pytest.mark.django_db(transaction=True)

PARALLEL = 20


@pytest.fixture
def learner() -> User:
    return person("amina")


@pytest.fixture
def amina(learner: User) -> Caller:
    item("course-1")
    caller = signed_in(learner)
    forget_appended()
    return caller


# --- writing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["progress", "progress/"])
def test_a_first_report_is_created_and_a_second_changes_it(
    path: str, amina: Caller, learner: User
) -> None:
    status, body = amina.post(path, progress_report(score=71.5, metadata={"note": "half"}))

    assert status == 201
    shown = {name: body[name] for name in body if name not in ("id", "created_at", "updated_at")}
    assert shown == {
        "user": learner.id,
        "content_id": "course-1",
        "content_type": "course",
        "status": "in_progress",
        "completion_percentage": 40.0,
        "score": 71.5,
        "best_score": 71.5,
        "source": "self",
        "completion_source": "self",
        "attempt": 1,
        "first_completed_at": None,
        "metadata": {"note": "half"},
        "missing_prerequisites": [],
    }

    status, changed = amina.post(path, progress_report(completion_percentage=60))

    assert status == 200
    assert (changed["id"], changed["completion_percentage"]) == (body["id"], 60.0)
    assert (changed["score"], changed["metadata"]) == (71.5, {"note": "half"})
    key = f"{learner.id}:course-1"
    assert appended() == [("progress.updated", key, 1), ("progress.updated", key, 2)]


def test_twenty_concurrent_reports_get_versions_one_to_twenty(amina: Caller, learner: User) -> None:
    def post(score: int) -> int:
        try:
            return amina.post("progress/", progress_report(score=score))[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(PARALLEL) as threads:
        statuses = sorted(threads.map(post, range(1, PARALLEL + 1)))

    assert statuses == [200] * (PARALLEL - 1) + [201]
    versions = [("progress.updated", f"{learner.id}:course-1", v) for v in range(1, PARALLEL + 1)]
    assert appended() == versions
    assert [row.version for row in Progress.objects.all()] == [PARALLEL]


def test_a_repeated_report_changes_and_appends_nothing(amina: Caller) -> None:
    amina.post("progress/", progress_report())
    forget_appended()

    status, _ = amina.post("progress/", progress_report())

    assert status == 200
    assert appended() == []
    assert Progress.objects.get().version == 1


def test_a_change_of_metadata_alone_is_stored_but_not_published(amina: Caller) -> None:
    _, body = amina.post("progress/", progress_report())
    forget_appended()

    status, changed = amina.call("PATCH", f"progress/{body['id']}/", {"metadata": {"page": 7}})

    assert (status, changed["metadata"]) == (200, {"page": 7})
    assert Progress.objects.get().metadata == {"page": 7}
    assert appended() == []


def test_a_completed_item_has_100_percent_and_stays_completed(amina: Caller, learner: User) -> None:
    status, body = amina.post(
        "progress/", progress_report(status="completed", completion_percentage=None, score=90)
    )
    assert (status, body["completion_percentage"]) == (201, 100.0)
    forget_appended()

    again = amina.post("progress/", progress_report())

    assert refusal(again) == (409, "already_completed", [])
    assert Progress.objects.get().status == "completed"
    assert appended() == []


# --- refusals ------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], str, list[tuple[str, str]]]] = {
    "an unknown status": ({"status": "done"}, "invalid", [("status", "unknown_value")]),
    "no status": ({"status": None}, "invalid", [("status", "required")]),
    "a status that is a number": ({"status": 1}, "invalid", [("status", "wrong_type")]),
    "more than all": (
        {"completion_percentage": 100.1},
        "invalid",
        [("completion_percentage", "out_of_range")],
    ),
    "less than nothing": (
        {"completion_percentage": -1},
        "invalid",
        [("completion_percentage", "out_of_range")],
    ),
    "a percentage as text": (
        {"completion_percentage": "40"},
        "invalid",
        [("completion_percentage", "wrong_type")],
    ),
    "a percentage that is true": (
        {"completion_percentage": True},
        "invalid",
        [("completion_percentage", "wrong_type")],
    ),
    "a percentage of 18 digits": (
        {"completion_percentage": 10**17},
        "invalid",
        [("completion_percentage", "out_of_range")],
    ),
    "a percentage of 300 digits": (
        {"completion_percentage": 10**300},
        "out_of_range",
        [],
    ),
    "a score out of range": ({"score": 101}, "invalid", [("score", "out_of_range")]),
    "an unknown field": ({"surprise": 1}, "unknown_field", [("surprise", "unknown_field")]),
    "another learner's id": ({"user": 1}, "unknown_field", [("user", "unknown_field")]),
    "another learner's user_id": ({"user_id": 1}, "unknown_field", [("user_id", "unknown_field")]),
    "a version": ({"version": 9}, "unknown_field", [("version", "unknown_field")]),
    "an id": ({"id": 9}, "unknown_field", [("id", "unknown_field")]),
    "metadata that is a list": ({"metadata": [1]}, "invalid", [("metadata", "not_a_dict")]),
    "metadata over 8 KiB": (
        {"metadata": {"a": "x" * 8192}},
        "invalid",
        [("metadata", "too_large")],
    ),
    "an unknown content type": (
        {"content_type": "book"},
        "invalid",
        [("content_type", "unknown_value")],
    ),
    "a content id over 64 letters": (
        {"content_id": "course-" + "1" * 60},
        "invalid",
        [("content_id", "too_long")],
    ),
    "unknown content": ({"content_id": "course-99"}, "unknown_content", []),
    "retired content": ({"content_id": "course-2"}, "unknown_content", []),
    "another type than the item's": ({"content_type": "mission"}, "wrong_content_type", []),
    "completed at half": ({"status": "completed"}, "contradictory_progress", []),
    "not started at half": ({"status": "not_started"}, "contradictory_progress", []),
    "not started with a score": (
        {"status": "not_started", "completion_percentage": None, "score": 3},
        "contradictory_progress",
        [],
    ),
}


def rows() -> list[dict[str, Any]]:
    return [{**row} for row in Progress.objects.order_by("id").values()]


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_report_writes_and_appends_nothing(name: str, amina: Caller) -> None:
    changes, code, errors = REFUSED[name]
    item("course-2")
    retire_content(content_id="course-2")
    forget_appended()

    assert refusal(amina.post("progress/", progress_report(**changes))) == (400, code, errors)
    assert (rows(), appended()) == ([], [])


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_report_does_not_change_the_record(name: str, amina: Caller) -> None:
    changes, code, errors = REFUSED[name]
    item("course-2")
    retire_content(content_id="course-2")
    amina.post("progress/", progress_report(completion_percentage=10))
    before = rows()
    forget_appended()

    assert refusal(amina.post("progress/", progress_report(**changes))) == (400, code, errors)
    assert (rows(), appended()) == (before, [])


@pytest.mark.parametrize("nobody", [NOBODY, Caller("x.y.z")])
def test_reporting_and_reading_need_a_valid_token(nobody: Caller, amina: Caller) -> None:
    unknown: Refusal = (401, "not_authenticated", [])
    assert refusal(nobody.post("progress/", progress_report())) == unknown
    assert refusal(nobody.get("progress/")) == unknown
    assert (rows(), appended()) == ([], [])


def test_a_service_cannot_report_progress(amina: Caller) -> None:
    assert refusal(service().post("progress/", progress_report())) == (403, "forbidden", [])
    assert (rows(), appended()) == ([], [])
