"""The catalogue in the admin site: published like any change, refused like any mistake."""

from typing import Any

import pytest
from django.test import Client

from core.programs.models import ContentItem, Milestone, Program
from core.programs.services import retire_content
from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_programs import LONGER_IN_NFC
from tests.unit.core.world import admin_site_client, appended, forget_appended, item, person

pytestmark = pytest.mark.django_db

ITEMS = "/admin/programs/contentitem/"


@pytest.fixture
def admin() -> Client:
    item("course-1")
    client = admin_site_client(person("ada", Role.ADMIN))
    forget_appended()
    return client


def form(content_id: str = "course-2", **changes: Any) -> dict[str, Any]:
    good = {
        "content_id": content_id,
        "content_type": "course",
        "program": ContentItem.objects.get(content_id="course-1").program_id,
        "title": "Packets",
        "description": "",
        "track": "builders",
        "level": 2,
        "skills": "tcp-ip",
        "duration_minutes": 30,
        "completed_by": "self",
        "prerequisites": [],
    }
    return {**good, **changes}


def change_url(content_id: str) -> str:
    return f"{ITEMS}{ContentItem.objects.get(content_id=content_id).pk}/change/"


def test_an_item_is_added_changed_and_retired_as_versions(admin: Client) -> None:
    assert admin.post(f"{ITEMS}add/", form()).status_code == 302
    assert admin.post(change_url("course-2"), form(title="Frames")).status_code == 302
    chosen = ContentItem.objects.filter(content_id="course-2").values_list("pk", flat=True)
    retire = {"action": "retire", "_selected_action": [*chosen]}
    assert admin.post(ITEMS, retire).status_code == 302

    assert appended() == [
        ("content.published", "course-2", 1),
        ("content.published", "course-2", 2),
        ("content.retired", "course-2", 3),
    ]
    found = ContentItem.objects.get(content_id="course-2")
    assert (found.title, found.skills, found.retired) == ("Frames", ["tcp-ip"], True)


def test_a_mission_and_nothing_else_is_set_to_be_completed_by_review(admin: Client) -> None:
    admin.post(f"{ITEMS}add/", form("course-2", completed_by="review"))
    admin.post(f"{ITEMS}add/", form("mission-2", content_type="mission", completed_by="check"))
    assert (ContentItem.objects.count(), appended()) == (1, [])
    admin.post(f"{ITEMS}add/", form("mission-2", content_type="mission", completed_by="review"))
    assert ContentItem.objects.get(content_id="mission-2").completed_by == "review"


MISTAKES: dict[str, dict[str, Any]] = {
    "an id of no type": {"content_id": "foo"},
    "an id of another type": {"content_id": "mission-2"},
    "an id that is taken": {"content_id": "course-1"},
    "a level there is not": {"level": 6},
    "no duration": {"duration_minutes": 0},
    "a skill without a letter": {"skills": "..."},
    "a skill in another script": {"skills": "网络"},
    "a skill that is longer as a label": {"skills": LONGER_IN_NFC},
    "too many skills": {"skills": "\n".join(f"skill-{number}" for number in range(51))},
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_shown_in_the_form_and_publishes_nothing(name: str, admin: Client) -> None:
    answer = admin.post(f"{ITEMS}add/", form(**MISTAKES[name]))

    assert answer.status_code == 200
    (wrong,) = {*MISTAKES[name]} & {*answer.context["adminform"].form.errors}
    assert "ErrorDetail" not in answer.context["adminform"].form.errors[wrong].as_text()
    assert ContentItem.objects.count() == 1
    assert appended() == []


def test_skills_are_edited_as_people_wrote_them(admin: Client) -> None:
    written = form(skills="C++\n.NET")
    assert admin.post(f"{ITEMS}add/", written).status_code == 302
    assert "C++\n.NET</textarea>" in admin.get(change_url("course-2")).content.decode()
    assert admin.post(change_url("course-2"), written).status_code == 302

    found = ContentItem.objects.get(content_id="course-2")
    assert (found.skills, found.skill_labels) == (["c-plus-plus", "dotnet"], ["C++", ".NET"])
    assert appended() == [("content.published", "course-2", 1)]


def test_a_retired_item_is_restored(admin: Client) -> None:
    chosen = ContentItem.objects.values_list("pk", flat=True)
    for action in ("retire", "restore"):
        body = {"action": action, "_selected_action": [*chosen]}
        assert admin.post(ITEMS, body).status_code == 302

    assert appended() == [("content.retired", "course-1", 2), ("content.published", "course-1", 3)]


def said(admin: Client, url: str, body: dict[str, Any]) -> list[str]:
    """The errors of the form, which is shown again with what was typed."""
    answer = admin.post(url, body)
    assert answer.status_code == 200
    found = answer.context["adminform"].form
    assert found["title"].value() == body["title"]
    return [*map(str, found.non_field_errors())]


def test_what_the_service_refuses_is_told_and_publishes_nothing(admin: Client) -> None:
    after = item("course-3", prerequisites=["course-1"])
    forget_appended()
    circle = form("course-1", prerequisites=[after.pk])
    module = form("module-2", content_type="module")

    assert said(admin, change_url("course-1"), circle) == ["An item cannot come before itself."]
    assert said(admin, f"{ITEMS}add/", module) == [
        "A module belongs to a course, and nothing else does."
    ]
    itself = form("course-1", prerequisites=[ContentItem.objects.get(content_id="course-1").pk])
    refused = admin.post(change_url("course-1"), itself).context["adminform"].form
    assert {*refused.errors} == {"prerequisites"}
    assert ContentItem.objects.count() == 2
    assert appended() == []


def test_no_skills_are_an_empty_list(admin: Client) -> None:
    assert admin.post(f"{ITEMS}add/", form(skills="")).status_code == 302
    assert ContentItem.objects.get(content_id="course-2").skills == []


def test_a_retired_item_is_not_changed(admin: Client) -> None:
    retire_content(content_id="course-1")
    forget_appended()

    answer = admin.post(change_url("course-1"), form("course-1", title="New"))

    assert answer.status_code == 403
    assert appended() == []


# --- milestones ----------------------------------------------------------------------------------
MILESTONES = "/admin/programs/milestone/"


def milestone_form(items: str, **changes: Any) -> dict[str, Any]:
    program = Program.objects.get().pk
    values = {"program": program, "title": "Basics", "description": "", "position": 1}
    return {**values, "items": items, **changes}


def places() -> list[tuple[str, bool]]:
    rows = ContentItem.objects.exclude(milestone=None).order_by("milestone_position")
    return [*rows.values_list("content_id", "required")]


def test_items_are_placed_in_a_milestone_in_order(admin: Client) -> None:
    item("mission-1")
    form = milestone_form("mission-1 optional\ncourse-1\n")
    assert admin.post(f"{MILESTONES}add/", form).status_code == 302
    assert places() == [("mission-1", False), ("course-1", True)]
    page = f"{MILESTONES}{Milestone.objects.get().pk}/change/"
    assert "mission-1 optional\ncourse-1" in admin.get(page).content.decode()
    assert admin.post(page, milestone_form("course-1", title="First")).status_code == 302
    assert (places(), Milestone.objects.get().title) == ([("course-1", True)], "First")
    admin.post(MILESTONES, {"action": "retire", "_selected_action": [Milestone.objects.get().pk]})
    assert "course-1: course-1" in admin.get(page).content.decode()


@pytest.mark.parametrize("items", ["course-1 twice", "course-1\ncourse-1", "course-9"])
def test_wrong_items_of_a_milestone_are_refused(admin: Client, items: str) -> None:
    answer = admin.post(f"{MILESTONES}add/", milestone_form(items), follow=True)
    assert answer.status_code == 200
    assert not Milestone.objects.exists()
    assert places() == []
