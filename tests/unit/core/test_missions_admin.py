"""Missions in the admin site, which writes them through the services."""

import json
from typing import Any

import pytest
from django.test import Client

from core.missions.models import Mission, Rubric
from core.missions.services import change_mission, retire_mission
from core.programs.models import ContentItem, Program
from ongoza_contracts.vocabulary import Role
from tests.unit.core.offered_missions import HINTS, RUBRIC, complete_draft, lab
from tests.unit.core.world import admin_site_client, appended, forget_appended, person

pytestmark = pytest.mark.django_db

PAGE = "/admin/missions/mission/"


@pytest.fixture
def admin() -> Client:
    Program.objects.get_or_create(slug="core", title="Core")
    return admin_site_client(person("ada", Role.ADMIN))


def form(**changes: Any) -> dict[str, Any]:
    good = {
        "code": "OPS-101",
        "title": "Find the intruder",
        "mission_type": "lab",
        "difficulty": 3,
        "program": Program.objects.get().pk,
        "track": "leaders",
        "skills": "C++\n.net",
        "duration_minutes": 90,
        "late_policy": "accept",
        "late_deduction_per_day": 0,
        "late_deduction_limit": 100,
        "late_grace_minutes": 0,
        "rubric": json.dumps(RUBRIC),
        "hints": json.dumps(HINTS),
    }
    return {**good, **changes}


def test_a_mission_is_drafted_published_changed_and_retired(admin: Client) -> None:
    assert admin.post(f"{PAGE}add/", form()).status_code == 302
    mission = Mission.objects.get()
    assert (mission.state, mission.skills, mission.rubric_version) == ("draft", ["C++", ".net"], 1)
    assert mission.hints.count() == 2
    admin.post(PAGE, {"action": "publish", "_selected_action": [str(mission.pk)]})
    mission.refresh_from_db()
    assert mission.state == "published"
    change = f"{PAGE}{mission.pk}/change/"
    shown = admin.get(change).context["adminform"].form
    same = {name: shown[name].value() for name in ("rubric", "hints")}
    forget_appended()
    assert admin.post(change, form(title="New", **same)).status_code == 302
    mission.refresh_from_db()
    assert (mission.title, mission.rubric_version) == ("New", 1)
    assert [kind for kind, *_ in appended()] == ["content.published", "mission.updated"]
    rubric = json.dumps({**RUBRIC, "pass_percentage": 80})
    assert admin.post(change, form(title="New", rubric=rubric)).status_code == 302
    assert Rubric.objects.filter(mission=mission).count() == 2
    admin.post(PAGE, {"action": "retire", "_selected_action": [str(mission.pk)]})
    assert ContentItem.objects.get(mission=mission).retired
    page = admin.get(change).content.decode()
    assert "Look at the logs." in page
    assert 'name="title"' not in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code", "no spaces"),
        ("difficulty", 6),
        ("skills", "+" * 65),
        ("rubric", '{"criteria": []}'),
        ("rubric", "[1]"),
        ("hints", '[{"text": "a"}]'),
        ("hints", "1"),
        ("flag_attempts", 0),
    ],
)
def test_what_the_api_refuses_is_shown_in_the_form(admin: Client, name: str, value: Any) -> None:
    answer = admin.post(f"{PAGE}add/", form(**{name: value}))
    assert [*answer.context["adminform"].form.errors] == [name]
    assert not Mission.objects.exists()


def test_a_form_that_another_author_outdated_changes_nothing(admin: Client) -> None:
    mission = complete_draft()
    change = f"{PAGE}{mission.pk}/change/"
    read = admin.get(change).context["adminform"].form["etag"].value()
    change_mission(mission_id=mission.pk, title="Newer")
    answer = admin.post(change, form(etag=read))
    assert "The object has changed since" in answer.content.decode()
    mission.refresh_from_db()
    assert (mission.title, mission.rubric_version) == ("Newer", 1)


def test_a_draft_that_lacks_something_is_not_published(admin: Client) -> None:
    assert admin.post(f"{PAGE}add/", form(rubric="", hints="")).status_code == 302
    mission = Mission.objects.get()
    admin.post(PAGE, {"action": "publish", "_selected_action": [str(mission.pk)]})
    mission.refresh_from_db()
    assert (mission.state, ContentItem.objects.count()) == ("draft", 0)


def test_a_retired_mission_is_only_shown(admin: Client) -> None:
    mission = lab()
    retire_mission(mission_id=mission.pk)
    answer = admin.post(f"{PAGE}{mission.pk}/change/", form())
    assert answer.status_code == 403
    mission.refresh_from_db()
    assert mission.code is None
