"""Programs, milestones and versions: what a version holds, and what is refused."""

import json
from typing import Any

import pytest

from core.outbox.models import OutboxEvent
from core.programs import versions
from core.programs.models import Milestone, Program, ProgramVersion, VersionItem
from core.programs.services import retire_content, retire_program
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import (
    Answer,
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
    """Of a program with two courses, of which one has two modules, and a mission."""
    item("course-1")
    for module in ("module-1-1", "module-1-2"):
        item(module, course="course-1")
    item("course-2")
    item("mission-1")
    caller = signed_in(person("dora", Role.DIRECTOR))
    forget_appended()
    return caller


def core_program() -> Program:
    return Program.objects.get(slug="core")


def add_stage(director: Caller, title: str, *content_ids: str) -> int:
    answer = director.post("milestones/", {"program": core_program().pk, "title": title})
    assert answer[0] == 201
    number = int(answer[1]["id"])
    assert place(director, number, *content_ids)[0] == 200
    return number


def place(director: Caller, milestone: int, *content_ids: str) -> Answer:
    items = [{"content_id": content_id} for content_id in content_ids]
    return director.call("PATCH", f"milestones/{milestone}/", {"items": items})


def publish_version(director: Caller) -> Answer:
    return director.post(f"programs/{core_program().pk}/versions/", {})


def stored() -> list[Any]:
    models: tuple[Any, ...] = (Program, Milestone, ProgramVersion, VersionItem)
    return [[*model.objects.order_by("pk").values()] for model in models]


def placed() -> dict[str, Any]:
    rows = core_program().items.exclude(milestone=None)
    return {one.content_id: (one.milestone_id, one.milestone_position) for one in rows}


def is_refused(answer: Answer, status: int, code: str, before: list[Any]) -> bool:
    """And whether nothing was written or published."""
    return refusal(answer) == (status, code, []) and (stored(), appended()) == (before, [])


def test_a_version_holds_what_stands_in_the_milestones_in_order(director: Caller) -> None:
    second = add_stage(director, "Practice", "mission-1")
    first = add_stage(director, "Basics", "course-2", "course-1")
    director.call("PATCH", f"milestones/{first}/", {"position": 0})
    director.call(
        "PATCH",
        f"milestones/{second}/",
        {"items": [{"content_id": "mission-1", "required": False}]},
    )

    status, body = publish_version(director)

    assert status == 201
    basics = {"milestone": 1, "milestone_title": "Basics", "required": True}
    practice = {"milestone": 2, "milestone_title": "Practice", "required": False}
    assert body["items"] == [
        {"content_id": "course-2", **basics},
        {"content_id": "course-1", **basics},
        {"content_id": "module-1-1", **basics},
        {"content_id": "module-1-2", **basics},
        {"content_id": "mission-1", **practice},
    ]
    assert (body["number"], body["program"]) == (1, core_program().pk)
    assert appended() == [("program_version.published", body["id"], 1)]
    payload = json.loads(bytes(OutboxEvent.objects.get().payload or b""))
    assert (payload["program_id"], payload["number"]) == (core_program().pk, 1)
    assert payload["items"][4] == {"content_id": "mission-1", "milestone": 2, "required": False}
    assert "Basics" not in json.dumps(payload)


def test_a_version_stays_as_it_is_when_the_program_changes(director: Caller) -> None:
    stage = add_stage(director, "Basics", "course-1")
    _, first = publish_version(director)
    place(director, stage, "course-2")
    _, second = publish_version(director)
    assert appended() == [
        ("program_version.published", first["id"], 1),
        ("program_version.published", second["id"], 1),
    ]

    amina = signed_in(person("amina"))
    path = f"programs/{core_program().pk}/versions/"
    assert amina.get(f"{path}1/") == (200, first)
    assert amina.get(f"{path}2/") == (200, second)
    assert [one["number"] for one in amina.get(path)[1]["results"]] == [2, 1]
    assert amina.get(f"{path}3/")[0] == 404


def test_retired_items_and_milestones_are_left_out(director: Caller) -> None:
    add_stage(director, "Basics", "course-1", "course-2")
    later = add_stage(director, "Later", "mission-1")
    retire_content(content_id="course-1")
    assert director.post(f"milestones/{later}/retire/", None)[1]["retired"] is True
    _, body = publish_version(director)
    assert [one["content_id"] for one in body["items"]] == ["course-2"]
    director.post(f"milestones/{later}/restore/", None)
    _, body = publish_version(director)
    assert [one["content_id"] for one in body["items"]] == ["course-2", "mission-1"]


def test_a_version_that_equals_the_newest_is_refused(director: Caller) -> None:
    stage = add_stage(director, "Basics", "course-1")
    publish_version(director)
    forget_appended()
    before = stored()
    assert is_refused(publish_version(director), 409, "nothing_changed", before)
    director.call("PATCH", f"milestones/{stage}/", {"title": "Foundations"})
    assert publish_version(director)[0] == 201


def test_an_empty_a_retired_and_a_too_large_program_get_no_version(
    director: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored()
    assert is_refused(publish_version(director), 409, "nothing_to_publish", before)
    add_stage(director, "Basics", "course-1")
    before = stored()
    monkeypatch.setattr(versions, "ITEMS_MAX", 2)
    assert is_refused(publish_version(director), 409, "too_many_items", before)
    retire_program(program_id=core_program().pk)
    before = stored()
    assert is_refused(publish_version(director), 409, "program_retired", before)


def test_an_item_moves_between_milestones_and_leaves_them(director: Caller) -> None:
    first = add_stage(director, "Basics", "course-1", "course-2")
    second = add_stage(director, "Practice", "course-2", "mission-1")
    assert placed() == {"course-1": (first, 1), "course-2": (second, 1), "mission-1": (second, 2)}
    assert [one["content_id"] for one in place(director, second, "mission-1")[1]["items"]] == [
        "mission-1"
    ]
    assert placed() == {"course-1": (first, 1), "mission-1": (second, 1)}
    assert appended() == []


def test_what_cannot_stand_in_a_milestone_is_refused(director: Caller) -> None:
    item("course-9", Program.objects.create(slug="other", title="Other"))
    item("course-8")
    retire_content(content_id="course-8")
    stage = add_stage(director, "Basics", "course-1")
    forget_appended()
    before, stood = stored(), placed()
    for content_id in ("course-9", "course-8", "course-404"):
        answer = place(director, stage, "course-2", content_id)
        assert is_refused(answer, 400, "unknown_content", before)
    answer = place(director, stage, "module-1-1")
    assert is_refused(answer, 400, "stands_with_its_course", before)
    answer = place(director, stage, "course-1", "course-1")
    assert is_refused(answer, 400, "repeated_item", before)
    wrong = director.call("PATCH", f"milestones/{stage}/", {"items": [{"required": True}]})
    assert (wrong[0], stored(), placed()) == (400, before, stood)


def test_a_retired_milestone_and_a_full_program_are_not_changed(
    director: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = add_stage(director, "Basics")
    director.post(f"milestones/{stage}/retire/", None)
    before = stored()
    assert is_refused(place(director, stage, "course-1"), 409, "milestone_retired", before)
    monkeypatch.setattr("core.programs.milestones.MILESTONES_MAX", 0)
    body = {"program": core_program().pk, "title": "More"}
    assert is_refused(director.post("milestones/", body), 409, "too_many_milestones", before)
    answer = director.post(f"milestones/{stage}/restore/", None)
    assert is_refused(answer, 409, "too_many_milestones", before)
    body["program"] = 2147483647
    assert is_refused(director.post("milestones/", body), 400, "unknown_program", before)


def test_a_title_is_of_one_milestone_of_a_program(director: Caller) -> None:
    add_stage(director, "Basics")
    stage = add_stage(director, "Practice")
    before = stored()
    body = {"program": core_program().pk, "title": "Basics"}
    assert is_refused(director.post("milestones/", body), 409, "milestone_title_taken", before)
    answer = director.call("PATCH", f"milestones/{stage}/", {"title": "Basics"})
    assert is_refused(answer, 409, "milestone_title_taken", before)
    assert director.call("PATCH", f"milestones/{stage}/", {"title": "Practice"})[0] == 200


def test_milestones_are_listed_by_program_without_retired_ones(director: Caller) -> None:
    stages = [add_stage(director, title) for title in ("One", "Two", "Three")]
    director.post(f"milestones/{stages[1]}/retire/", None)
    amina = signed_in(person("amina"))
    found = amina.get(f"milestones/?program={core_program().pk}")[1]["results"]
    assert [(one["title"], one["position"]) for one in found] == [("One", 1), ("Three", 3)]
    assert amina.get("milestones/?program=2147483647")[1]["results"] == []
    assert amina.get("milestones/?program=x")[0] == 400
    assert amina.get(f"milestones/{stages[1]}/")[1]["retired"] is True


def test_a_program_is_created_changed_retired_and_restored(director: Caller) -> None:
    status, made = director.post("programs/", {"slug": "night", "title": "Night school"})
    assert (status, made["track"], made["retired"]) == (201, "", False)
    path = f"programs/{made['id']}/"
    changed = director.call("PATCH", path, {"track": "builders"})
    assert changed == (200, {**made, "track": "builders"})
    assert director.post(f"{path}retire/", None) == (200, {**changed[1], "retired": True})
    assert made["id"] not in [one["id"] for one in director.get("programs/")[1]["results"]]
    assert director.get(path)[1]["retired"] is True
    before = stored()
    answer = director.call("PATCH", path, {"title": "Day school"})
    assert is_refused(answer, 409, "program_retired", before)
    answer = director.post("milestones/", {"program": made["id"], "title": "One"})
    assert is_refused(answer, 409, "program_retired", before)
    assert director.post(f"{path}restore/", None) == (200, changed[1])


def test_a_slug_is_of_one_program_and_never_changes(director: Caller) -> None:
    before = stored()
    answer = director.post("programs/", {"slug": "core", "title": "Again"})
    assert is_refused(answer, 409, "slug_taken", before)
    answer = director.call("PATCH", f"programs/{core_program().pk}/", {"slug": "other"})
    assert refusal(answer)[0] == 400
    assert stored() == before
