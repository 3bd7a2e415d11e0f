"""Retiring content: what depends on it, a course with its modules, and how it is undone."""

from typing import Any

import pytest
from django.db import connection

from core.outbox.models import OutboxEvent
from core.programs.models import ContentItem
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_programs import ABSENT, ids, patch, retire, rows
from tests.unit.core.world import (
    Caller,
    appended,
    forget_appended,
    item,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def director() -> Caller:
    """Of a course with three modules, of which one is retired, and a mission after the course."""
    item("course-1")
    for number in (1, 2, 3):
        item(f"module-1-{number}", course="course-1")
    item("mission-1", prerequisites=["course-1"])
    caller = signed_in(person("dora", Role.DIRECTOR))
    retire(caller, "module-1-2")
    forget_appended()
    return caller


def restore(caller: Caller, content_id: str) -> Any:
    return caller.call("POST", f"content/{content_id}/restore/")


def test_retiring_answers_with_what_depends_on_the_item(director: Caller) -> None:
    item("mission-2", prerequisites=["course-1"])
    retire(director, "mission-2")

    for _ in range(2):
        status, body = retire(director, "course-1")
        assert (status, body["dependents"]) == (200, ["mission-1", "module-1-1", "module-1-3"])

    assert retire(director, "module-1-1")[1]["dependents"] == []


def test_a_course_is_retired_with_its_modules_at_once(director: Caller) -> None:
    retire(director, "course-1")

    assert appended() == [
        ("content.retired", "course-1", 2),
        ("content.retired", "module-1-1", 2),
        ("content.retired", "module-1-3", 2),
    ]
    assert ids(director, "content/") == ["mission-1"]


def test_a_course_is_restored_with_the_modules_that_were_retired_with_it(director: Caller) -> None:
    retire(director, "course-1")
    forget_appended()

    status, body = restore(director, "course-1")

    assert (status, body["retired"]) == (200, False)
    assert appended() == [
        ("content.published", "course-1", 3),
        ("content.published", "module-1-1", 3),
        ("content.published", "module-1-3", 3),
    ]
    assert ids(director, "content/") == ["course-1", "mission-1", "module-1-1", "module-1-3"]
    retire(director, "module-1-1")
    assert not ContentItem.objects.filter(retired_with_course=True).exists()


def test_a_module_that_is_retired_again_on_its_own_does_not_come_back_with_its_course(
    director: Caller,
) -> None:
    retire(director, "course-1")
    forget_appended()
    retire(director, "module-1-1")
    assert appended() == []

    restore(director, "course-1")

    assert ids(director, "content/") == ["course-1", "mission-1", "module-1-3"]


def test_retiring_a_course_again_retires_the_modules_that_are_still_on_offer(
    director: Caller,
) -> None:
    """As after a release that retired courses without their modules."""
    retire(director, "course-1")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE programs_contentitem SET retired = false, retired_with_course = false "
            "WHERE content_id = 'module-1-1'"
        )
    forget_appended()

    for _ in range(2):
        assert retire(director, "course-1")[0] == 200

    assert appended() == [("content.retired", "module-1-1", 3)]
    restore(director, "course-1")
    assert "module-1-1" in ids(director, "content/")


def test_a_restored_item_is_published_whole_and_changed_again(director: Caller) -> None:
    retire(director, "mission-1")
    forget_appended()

    assert restore(director, "mission-1")[0] == 200

    fact = ContentPublished.model_validate_json(bytes(OutboxEvent.objects.get().payload or b""))
    assert (fact.version, fact.prerequisites) == (3, ("course-1",))
    assert patch(director, "mission-1", {"title": "New"})[0] == 200


def test_restoring_what_is_on_offer_changes_nothing(director: Caller) -> None:
    before = rows()

    assert restore(director, "course-1")[0] == 200
    assert refusal(restore(director, "course-99")) == ABSENT

    assert (rows(), appended()) == (before, [])


@pytest.mark.parametrize("module", ["module-1-1", "module-1-2"])
def test_a_module_of_a_retired_course_is_not_restored(module: str, director: Caller) -> None:
    retire(director, "course-1")
    before = rows()
    forget_appended()

    assert refusal(restore(director, module)) == (409, "course_retired", [])
    assert (rows(), appended()) == (before, [])


def test_a_module_that_was_retired_on_its_own_is_restored_on_its_own(director: Caller) -> None:
    retire(director, "course-1")
    restore(director, "course-1")
    forget_appended()

    assert restore(director, "module-1-2")[0] == 200
    assert appended() == [("content.published", "module-1-2", 3)]


def test_a_retired_course_gets_no_new_module(director: Caller) -> None:
    retire(director, "course-1")
    module = {
        **{"content_id": "module-1-4", "content_type": "module", "course": "course-1"},
        **{"program": "core", "title": "x", "track": "builders", "duration_minutes": 5},
    }

    assert refusal(director.post("content/", module)) == (400, "unknown_content", [])
