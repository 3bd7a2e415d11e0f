"""The catalogue: directors and admins write it, every user reads it, every change is a version."""

from typing import Any

import pytest
from django.db import connection

from core.outbox.models import OutboxEvent
from core.programs.models import ContentItem
from core.programs.services import retire_content
from ongoza_contracts.content import ContentPublished, ContentRetired
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import (
    Caller,
    Refusal,
    appended,
    forget_appended,
    item,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

LONGER_IN_NFC = "a" + "\U0001d15e" * 63
"""64 characters, and 127 as a label."""
ABSENT: Refusal = (404, "not_found", [])
COURSE = {
    "content_id": "course-7",
    "content_type": "course",
    "program": "core",
    "title": "Packets",
    "description": "What travels.",
    "track": "builders",
    "level": 2,
    "skills": ["tcp-ip"],
    "prerequisites": ["course-1"],
    "duration_minutes": 90,
}


@pytest.fixture
def director() -> Caller:
    """Of a catalogue that offers course-1 and course-2."""
    item("course-1")
    item("course-2")
    caller = signed_in(person("dora", Role.DIRECTOR))
    forget_appended()
    return caller


def rows() -> list[dict[str, Any]]:
    return [{**row} for row in ContentItem.objects.order_by("id").values()] + [
        {**row} for row in ContentItem.prerequisites.through.objects.order_by("id").values()
    ]


def patch(caller: Caller, content_id: str, changes: Any) -> Any:
    return caller.call("PATCH", f"content/{content_id}/", changes)


def retire(caller: Caller, content_id: str) -> Any:
    return caller.call("POST", f"content/{content_id}/retire/")


NEW_COLUMNS = {
    "programs_contentitem": {"skill_labels", "retired_with_course"},
    "programs_program": {"prerequisites_policy"},
}


@pytest.mark.parametrize("table", NEW_COLUMNS)
def test_an_older_release_inserts_rows_without_the_new_columns(
    table: str, director: Caller
) -> None:
    """While the new release starts, the older one writes beside it."""
    sql = """SELECT column_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name = %s AND column_default IS NOT NULL"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        assert NEW_COLUMNS[table] <= {name for (name,) in cursor.fetchall()}


# --- publishing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["content", "content/"])
def test_an_item_is_published_as_version_one(path: str, director: Caller) -> None:
    status, body = director.post(path, COURSE)

    assert status == 201
    assert {name: body[name] for name in COURSE} == COURSE
    assert (body["course_id"], body["position"], body["retired"]) == (None, 0, False)
    assert appended() == [("content.published", "course-7", 1)]


def test_the_fact_is_the_whole_item(director: Caller) -> None:
    director.post("content/", COURSE)

    fact = ContentPublished.model_validate_json(bytes(OutboxEvent.objects.get().payload or b""))
    shown = fact.model_dump(mode="json", exclude={"published_at", "updated_at", "version"})
    assert shown == {name: COURSE[name] for name in COURSE if name != "program"} | {
        "course_id": None,
        "skill_labels": [],
    }


def test_a_module_says_its_course(director: Caller) -> None:
    module = {**COURSE, "content_id": "module-7-1", "content_type": "module", "course": "course-2"}

    status, body = director.post("content/", module)

    assert (status, body["course_id"]) == (201, "course-2")
    assert appended() == [("content.published", "module-7-1", 1)]


REFUSED: list[tuple[dict[str, Any], int, str, list[tuple[str, str]]]] = [
    ({"title": ""}, 400, "invalid", [("title", "too_short")]),
    ({"title": "x" * 201}, 400, "invalid", [("title", "too_long")]),
    ({"description": "x" * 4001}, 400, "invalid", [("description", "too_long")]),
    ({"track": "hackers"}, 400, "invalid", [("track", "unknown_value")]),
    ({"level": 0}, 400, "invalid", [("level", "out_of_range")]),
    ({"level": 6}, 400, "invalid", [("level", "out_of_range")]),
    ({"level": "2"}, 400, "invalid", [("level", "wrong_type")]),
    ({"level": 2.0}, 400, "invalid", [("level", "wrong_type")]),
    ({"duration_minutes": 0}, 400, "invalid", [("duration_minutes", "out_of_range")]),
    ({"duration_minutes": 2**31}, 400, "invalid", [("duration_minutes", "out_of_range")]),
    ({"skills": ["tcp", "网络"]}, 400, "invalid", [("skills.1", "invalid")]),
    ({"skills": ["..."]}, 400, "invalid", [("skills.0", "invalid")]),
    ({"skills": ["+" * 20]}, 400, "invalid", [("skills.0", "invalid")]),
    ({"skills": [LONGER_IN_NFC]}, 400, "invalid", [("skills.0", "invalid")]),
    ({"skill_labels": ["TCP"]}, 400, "unknown_field", [("skill_labels", "unknown_field")]),
    ({"external_ids": ["T1059"]}, 400, "invalid", [("external_ids.0", "invalid")]),
    (
        {"external_ids": [{"source": "MITRE ATT&CK", "id": "T1059"}]},
        400,
        "invalid",
        [("external_ids.0.source", "invalid")],
    ),
    (
        {"external_ids": [{"source": "attack"}]},
        400,
        "invalid",
        [("external_ids.0.id", "required")],
    ),
    ({"external_ids": [{"source": "attack", "id": "T1"}]}, 409, "external_id_taken", []),
    ({"skills": ["a"] * 51}, 400, "invalid", [("skills", "too_long")]),
    ({"skills": "tcp"}, 400, "invalid", [("skills", "wrong_type")]),
    ({"prerequisites": ["course-99"]}, 400, "unknown_content", []),
    ({"prerequisites": ["course-3"]}, 400, "unknown_content", []),
    ({"version": 9}, 400, "unknown_field", [("version", "unknown_field")]),
    ({"retired": True}, 400, "unknown_field", [("retired", "unknown_field")]),
]
REFUSED_AT_FIRST: list[tuple[dict[str, Any], int, str, list[tuple[str, str]]]] = [
    ({"content_id": "course-1"}, 409, "content_id_taken", []),
    ({"content_id": "mission-7"}, 400, "invalid", [("content_id", "invalid")]),
    ({"content_id": "course-x"}, 400, "invalid", [("content_id", "invalid")]),
    ({"content_id": "course-\u0661"}, 400, "invalid", [("content_id", "invalid")]),
    ({"content_type": "book"}, 400, "invalid", [("content_type", "unknown_value")]),
    ({"program": "nothing"}, 400, "invalid", [("program", "does_not_exist")]),
    ({"program": 1}, 400, "invalid", [("program", "wrong_type")]),
    ({"course": "course-1"}, 400, "not_its_course", []),
    ({"course": "course-99"}, 400, "unknown_content", []),
    ({"prerequisites": ["course-7"]}, 400, "circular_prerequisites", []),
    (
        {"content_id": "module-7", "content_type": "module"},
        400,
        "not_its_course",
        [],
    ),
]


@pytest.fixture
def retired() -> ContentItem:
    item("course-3", external_ids=[("attack", "T1")])
    return retire_content(content_id="course-3")


@pytest.mark.parametrize(("changes", "status", "code", "errors"), [*REFUSED, *REFUSED_AT_FIRST])
def test_a_refused_item_leaves_no_trace(
    changes: Any, status: int, code: str, errors: Any, director: Caller, retired: ContentItem
) -> None:
    before = rows()
    forget_appended()

    answer = director.post("content/", {**COURSE, **changes})

    assert refusal(answer) == (status, code, errors)
    assert (rows(), appended()) == (before, [])


# --- changing and retiring -----------------------------------------------------------------------


def test_a_change_is_a_version_and_what_is_so_already_is_none(director: Caller) -> None:
    status, body = patch(director, "course-2", {"title": "Frames", "prerequisites": ["course-1"]})
    assert (status, body["title"], body["prerequisites"]) == (200, "Frames", ["course-1"])
    assert appended() == [("content.published", "course-2", 2)]

    assert patch(director, "course-2", {"title": "Frames"})[0] == 200
    assert patch(director, "course-2", {})[0] == 200
    assert appended() == [("content.published", "course-2", 2)]

    status, body = patch(director, "course-2", {"prerequisites": []})
    assert (body["title"], body["prerequisites"]) == ("Frames", [])
    assert appended()[1:] == [("content.published", "course-2", 3)]


@pytest.mark.parametrize(
    ("changes", "status", "code", "errors"),
    [
        *REFUSED,
        ({"content_id": "course-8"}, 400, "unknown_field", [("content_id", "unknown_field")]),
        ({"program": "core"}, 400, "unknown_field", [("program", "unknown_field")]),
        ({"prerequisites": ["course-2"]}, 400, "circular_prerequisites", []),
    ],
)
def test_a_refused_change_leaves_no_trace(
    changes: Any, status: int, code: str, errors: Any, director: Caller, retired: ContentItem
) -> None:
    before = rows()
    forget_appended()

    assert refusal(patch(director, "course-2", changes)) == (status, code, errors)
    assert (rows(), appended()) == (before, [])


def test_a_circle_of_three_is_refused(director: Caller) -> None:
    item("course-4", prerequisites=["course-2"])
    patch(director, "course-2", {"prerequisites": ["course-1"]})
    before = rows()
    forget_appended()

    answer = patch(director, "course-1", {"prerequisites": ["course-4"]})

    assert refusal(answer) == (400, "circular_prerequisites", [])
    assert (rows(), appended()) == (before, [])


def test_an_item_is_retired_once_and_read_on(director: Caller) -> None:
    status, body = retire(director, "course-2")
    assert (status, body["retired"]) == (200, True)
    assert retire(director, "course-2")[0] == 200

    assert appended() == [("content.retired", "course-2", 2)]
    fact = ContentRetired.model_validate_json(bytes(OutboxEvent.objects.get().payload or b""))
    assert (fact.version, fact.title) == (2, "course-2")
    assert director.get("content/course-2")[1]["retired"] is True
    assert ids(director, "content/") == ["course-1"]
    assert refusal(patch(director, "course-2", {"title": "x"})) == (409, "retired", [])
    assert len(appended()) == 1


def test_what_a_retired_item_came_before_can_still_be_changed(director: Caller) -> None:
    patch(director, "course-2", {"prerequisites": ["course-1"]})
    retire(director, "course-1")
    forget_appended()

    status, body = patch(director, "course-2", {"title": "New", "prerequisites": ["course-1"]})

    assert (status, body["title"], body["prerequisites"]) == (200, "New", ["course-1"])
    assert appended() == [("content.published", "course-2", 3)]


def test_an_item_there_is_not_is_not_changed(director: Caller) -> None:
    assert refusal(patch(director, "course-99", {"title": "x"})) == ABSENT
    assert refusal(retire(director, "course-99")) == ABSENT
    assert refusal(director.get("content/course-99/")) == ABSENT
    assert refusal(director.get("content/1%00/")) == ABSENT
    assert appended() == []


def ids(caller: Caller, path: str) -> list[str]:
    status, body = caller.get(path)
    assert status == 200, body
    return [row["content_id"] for row in body["results"]]
