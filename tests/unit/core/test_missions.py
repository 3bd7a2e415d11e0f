"""Missions: who sees them, what publishing needs, and that their catalogue item follows them."""

from typing import Any

import pytest

from core.missions.models import Criterion, Mission, Rubric
from core.missions.services import publish_mission, restore_mission, retire_mission, set_rubric
from core.missions.views import MissionOrder
from core.programs.competencies import set_competency
from core.programs.models import ContentItem
from core.programs.services import retire_content
from ongoza_contracts.missions import MissionState
from ongoza_contracts.vocabulary import Role
from tests.unit.core.offered_missions import CRITERIA, RUBRIC, complete_draft, offered_mission
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

ACTIONS = {"publish": publish_mission, "retire": retire_mission, "restore": restore_mission}
MOVES = {
    ("draft", "publish"): "published",
    ("published", "retire"): "retired",
    ("retired", "restore"): "published",
}
COMPLETE = {
    "title": "Find the intruder",
    "description": "Somebody was here.",
    "story": "# Monday\n\nThe pager rings.",
    "code": "OPS-101",
    "objectives": ["Read logs"],
    "subtasks": ["Find the address", "Name the tool"],
    "mission_type": "lab",
    "difficulty": 3,
    "program": "core",
    "track": "leaders",
    "skills": ["C++"],
    "prerequisites": ["course-1"],
    "duration_minutes": 90,
    "max_attempts": 2,
    "due_at": "2027-03-01T12:00:00Z",
    "late_policy": "deduct",
    "late_deduction_per_day": 10,
}


@pytest.fixture
def dora() -> Caller:
    """A director, with a catalogue of course-1."""
    item("course-1")
    caller = signed_in(person("dora", Role.DIRECTOR))
    forget_appended()
    return caller


@pytest.fixture
def amina() -> Caller:
    caller = signed_in(person("amina"))
    forget_appended()
    return caller


def rows() -> list[Any]:
    models: tuple[Any, ...] = (Mission, Rubric, Criterion, ContentItem)
    return [[*model.objects.order_by("pk").values()] for model in models]


def facts() -> list[str]:
    return [kind for kind, *_ in appended()]


def in_state(state: MissionState) -> Mission:
    mission = complete_draft()
    for action in {"draft": (), "published": ("publish",), "retired": ("publish", "retire")}[state]:
        mission = ACTIONS[action](mission_id=mission.pk)
    forget_appended()
    return mission


def test_a_title_and_a_description_make_a_draft(dora: Caller) -> None:
    status, body = dora.post("missions/", {"title": "Find the intruder", "description": "Quick."})
    assert status == 201
    assert (body["state"], body["content_id"], body["rubric_version"]) == ("draft", None, 0)
    assert (body["mission_type"], body["late_policy"]) == ("scenario", "accept")
    assert appended() == [("mission.updated", body["id"], 1)]
    assert ContentItem.objects.count() == 1
    assert dora.get(f"missions/{body['id']}/") == (200, body)


def test_a_learner_sees_no_draft_and_writes_nothing(dora: Caller, amina: Caller) -> None:
    draft = dora.post("missions/", {"title": "Secret"})[1]
    before = rows()
    forget_appended()
    path = f"missions/{draft['id']}/"
    for part in ("", "rubric/", "hints/", "flags/"):
        assert amina.get(path + part)[0] == 404
    assert amina.get("missions/")[1]["results"] == []
    assert amina.get("missions/?state=draft")[1]["results"] == []
    answers = [
        amina.post("missions/", {"title": "Mine"}),
        amina.call("PATCH", path, {"title": "Mine"}),
        amina.call("PUT", f"{path}rubric/", RUBRIC),
        amina.call("PUT", f"{path}hints/", {"hints": []}),
        *(amina.call("POST", f"{path}{action}/") for action in ACTIONS),
    ]
    assert {status for status, _ in answers} == {403}
    assert (rows(), appended()) == (before, [])


def test_publishing_adds_the_item_with_what_the_mission_has(dora: Caller, amina: Caller) -> None:
    draft = dora.post("missions/", COMPLETE)[1]
    dora.call("PUT", f"missions/{draft['id']}/rubric/", RUBRIC)
    forget_appended()
    status, body = dora.call("POST", f"missions/{draft['id']}/publish/")
    assert (status, body["state"], body["content_id"]) == (200, "published", "mission-1")
    assert facts() == ["content.published", "mission.updated"]
    found = ContentItem.objects.get(content_id="mission-1")
    assert (found.title, found.description) == (COMPLETE["title"], COMPLETE["description"])
    assert (found.level, found.track, found.duration_minutes) == (3, "leaders", 90)
    assert (found.skills, found.shown_skills, found.completed_by) == (
        ["c-plus-plus"],
        ["C++"],
        "review",
    )
    assert [one.content_id for one in found.prerequisites.all()] == ["course-1"]
    assert {name: body[name] for name in COMPLETE} == COMPLETE
    assert amina.get(f"missions/{draft['id']}/") == (200, body)


def test_publishing_needs_what_an_item_needs_and_a_rubric(dora: Caller) -> None:
    draft = dora.post("missions/", {"title": "Find the intruder"})[1]
    before = rows()
    forget_appended()
    answer = dora.call("POST", f"missions/{draft['id']}/publish/")
    assert refusal(answer) == (409, "mission_incomplete", [])
    for name in ("program", "track", "skills", "duration_minutes", "rubric"):
        assert name in answer[1]["detail"]
    assert (rows(), appended()) == (before, [])


def test_a_draft_takes_an_item_of_the_catalogue_which_then_follows_it(dora: Caller) -> None:
    item("mission-7", level=4, skills=["C++"], prerequisites=["course-1"])
    draft = dora.post("missions/", {"title": "Renamed", "content_id": "mission-7"})[1]
    assert (draft["content_id"], draft["program"], draft["difficulty"]) == ("mission-7", "core", 4)
    assert (draft["skills"], draft["prerequisites"]) == (["C++"], ["course-1"])
    dora.call("PUT", f"missions/{draft['id']}/rubric/", RUBRIC)
    assert ContentItem.objects.get(content_id="mission-7").title == "mission-7"
    dora.call("POST", f"missions/{draft['id']}/publish/")
    found = ContentItem.objects.get(content_id="mission-7")
    assert (found.title, found.completed_by) == ("Renamed", "review")


@pytest.mark.parametrize(
    ("content_id", "expected"),
    [
        ("mission-9", (400, "unknown_content", [])),
        ("mission-8", (400, "unknown_content", [])),
        ("course-1", (400, "not_a_mission", [])),
        ("mission-7", (409, "mission_exists", [])),
    ],
    ids=["absent", "retired", "course", "taken"],
)
def test_an_item_that_is_no_free_mission_is_refused(
    content_id: str, expected: Any, dora: Caller
) -> None:
    item("mission-7")
    item("mission-8")
    retire_content(content_id="mission-8")
    first = dora.post("missions/", {"title": "First", "content_id": "mission-7"})[1]
    before = rows()
    forget_appended()
    answer = dora.post("missions/", {"title": "Second", "content_id": content_id})
    assert refusal(answer) == expected
    assert first["id"] in answer[1]["detail"] or expected[1] != "mission_exists"
    assert (rows(), appended()) == (before, [])


def test_changing_a_published_mission_changes_its_item(dora: Caller) -> None:
    mission = offered_mission()
    forget_appended()
    path = f"missions/{mission.pk}/"
    assert dora.call("PATCH", path, {"title": "New", "difficulty": 5})[0] == 200
    found = ContentItem.objects.get(content_id=mission.content_id)
    assert (found.title, found.level) == ("New", 5)
    assert facts() == ["content.published", "mission.updated"]
    forget_appended()
    assert dora.call("PATCH", path, {"max_attempts": 3})[0] == 200
    assert facts() == ["mission.updated"]
    forget_appended()
    assert dora.call("PATCH", path, {"title": "New", "max_attempts": 3})[0] == 200
    assert facts() == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"skills": []}, (409, "mission_incomplete", [])),
        ({"program": "night"}, (409, "program_fixed", [])),
        ({"code": "TAKEN"}, (409, "code_taken", [])),
        ({"prerequisites": ["course-9"]}, (400, "unknown_content", [])),
        ({"prerequisites": ["mission-1"]}, (400, "circular_prerequisites", [])),
        ({"competencies": ["attack:T1"]}, (400, "unknown_competency", [])),
        ({"difficulty": 6}, (400, "invalid", [("difficulty", "out_of_range")])),
        (
            {"late_deduction_limit": 101},
            (400, "invalid", [("late_deduction_limit", "out_of_range")]),
        ),
        ({"code": "no spaces"}, (400, "invalid", [("code", "invalid")])),
        ({"state": "retired"}, (400, "unknown_field", [("state", "unknown_field")])),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value[1],
)
def test_a_change_that_does_not_fit_changes_nothing(
    change: dict[str, Any], expected: Any, dora: Caller
) -> None:
    dora.post("programs/", {"slug": "night", "title": "Night school"})
    dora.post("missions/", {"title": "Other", "code": "TAKEN"})
    mission = offered_mission()
    before = rows()
    forget_appended()
    assert refusal(dora.call("PATCH", f"missions/{mission.pk}/", change)) == expected
    assert (rows(), appended()) == (before, [])


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", [*MissionState])
def test_a_mission_moves_as_its_table_says(state: MissionState, action: str, dora: Caller) -> None:
    mission = in_state(state)
    before = rows()
    answer = dora.call("POST", f"missions/{mission.pk}/{action}/")
    if (state, action) not in MOVES:
        assert refusal(answer) == (409, "illegal_transition", [])
        assert (rows(), appended()) == (before, [])
        return
    target = MOVES[state, action]
    assert (answer[0], answer[1]["state"]) == (200, target)
    content_fact = "content.retired" if target == "retired" else "content.published"
    assert facts() == [content_fact, "mission.updated"]
    assert ContentItem.objects.get(mission=mission).retired == (target == "retired")


def test_a_retired_mission_is_read_and_not_listed_nor_changed(dora: Caller, amina: Caller) -> None:
    mission = in_state(MissionState.RETIRED)
    path = f"missions/{mission.pk}/"
    assert amina.get(path)[1]["state"] == "retired"
    assert amina.get("missions/")[1]["count"] == dora.get("missions/")[1]["count"] == 0
    assert dora.get("missions/?state=retired")[1]["count"] == 1
    before = rows()
    answers = [
        dora.call("PATCH", path, {"title": "New"}),
        dora.call("PUT", f"{path}rubric/", RUBRIC),
        dora.call("PUT", f"{path}hints/", {"hints": []}),
    ]
    assert [refusal(one) for one in answers] == [(409, "mission_retired", [])] * 3
    assert (rows(), appended()) == (before, [])


def test_a_change_of_criteria_is_a_new_version_beside_the_old_one(
    dora: Caller, amina: Caller
) -> None:
    mission = offered_mission()
    path = f"missions/{mission.pk}/rubric/"
    forget_appended()
    assert dora.call("PUT", path, RUBRIC)[1]["rubric_version"] == 1
    assert appended() == []
    answer = dora.call("PUT", path, {"criteria": [CRITERIA[0]], "pass_percentage": 50})
    assert answer[1]["rubric_version"] == 2
    assert facts() == ["mission.updated"]
    new = amina.get(path)[1]
    assert (new["version"], new["pass_percentage"], len(new["criteria"])) == (2, 50, 1)
    old = amina.get(f"{path}?version=1")[1]
    shown = [(one["position"], one["title"], one["max_points"]) for one in old["criteria"]]
    assert shown == [(1, "Evidence", 60), (2, "Report", 40)]
    assert amina.get(f"{path}?version=3")[0] == 404


def test_an_outdated_tag_changes_nothing(dora: Caller) -> None:
    mission = complete_draft()
    old = {"If-Match": f'"{mission.pk}-1"', "Content-Type": "application/json"}
    before = rows()
    forget_appended()
    path = f"missions/{mission.pk}/"
    answers = [
        dora.call("PATCH", path, {"title": "New"}, old),
        dora.call("PUT", f"{path}rubric/", {"criteria": [CRITERIA[0]]}, old),
        dora.call("POST", f"{path}publish/", None, old),
    ]
    assert [status for status, _ in answers] == [412] * 3
    assert (rows(), appended()) == (before, [])


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Alpha", "Beta", "Gamma"]),
        ("q=LOGS", ["Alpha"]),
        ("q=ops", ["Beta"]),
        ("track=builders", ["Beta"]),
        ("difficulty=4", ["Gamma"]),
        ("mission_type=capstone", ["Gamma"]),
        ("competency=ongoza:analyst", ["Alpha"]),
        ("ordering=-title", ["Gamma", "Beta", "Alpha"]),
        ("state=draft", []),
    ],
)
def test_the_list_is_filtered(query: str, titles: list[str], amina: Caller) -> None:
    set_competency(framework="ongoza", code="analyst", name="Analyst")
    offered_mission(title="Alpha", description="Read logs", competencies=["ongoza:analyst"])
    offered_mission(title="Beta", track="builders", code="OPS-1")
    offered_mission(title="Gamma", difficulty=4, mission_type="capstone")
    status, body = amina.get(f"missions/?{query}")
    assert (status, [one["title"] for one in body["results"]]) == (200, titles)


@pytest.mark.parametrize("query", ["difficulty=6", "state=open", "q=", "title=x", "ordering=code"])
def test_a_filter_that_is_none_is_refused(query: str, amina: Caller) -> None:
    assert refusal(amina.get(f"missions/?{query}")) == (400, "bad_parameter", [])


@pytest.mark.parametrize("ordering", [*MissionOrder])
def test_every_order_is_paged_by_cursor(ordering: MissionOrder, amina: Caller) -> None:
    missions = {str(offered_mission(title=f"{number}").pk) for number in range(3)}
    first = amina.get(f"missions/?page_size=2&ordering={ordering}")[1]
    second = amina.get(first["next"].partition("/api/v1/")[2])[1]
    found = [one["id"] for page in (first, second) for one in page["results"]]
    assert (len(found), {*found}) == (3, missions)


def test_a_mission_whose_item_was_retired_is_not_on_offer(amina: Caller, dora: Caller) -> None:
    mission = offered_mission()
    retire_content(content_id=str(mission.content_id))
    assert amina.get("missions/")[1]["count"] == 0
    assert dora.get("missions/")[1]["count"] == 1


def test_two_missions_get_different_items() -> None:
    found = {offered_mission().content_id for _ in range(3)}
    assert found == {"mission-1", "mission-2", "mission-3"}


def test_a_rubric_is_not_changed_by_another_mission(dora: Caller) -> None:
    first, second = offered_mission(), offered_mission()
    set_rubric(mission_id=second.pk, criteria=[CRITERIA[0]], pass_percentage=60)
    assert dora.get(f"missions/{first.pk}/rubric/")[1]["version"] == 1
