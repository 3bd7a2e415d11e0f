"""Missions as YAML files: exported, imported, and what is wrong with them."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.missions.models import Criterion, Hint, Mission, Rubric
from core.missions.services import publish_mission, retire_mission
from core.programs.models import ContentItem, Program
from ongoza_contracts.vocabulary import Role
from tests.unit.core.offered_missions import lab
from tests.unit.core.test_import_api import counts, ended
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

FILE = """\
missions:
  - code: OPS-101
    title: NO
    story: |
      # Monday

      The pager rings.
    mission_type: lab
    difficulty: 3
    program: core
    track: leaders
    skills: [C++, .net]
    subtasks: ["0899", Name the tool]
    duration_minutes: 90
    max_attempts: 2
    due_at: 2027-03-01T12:00:00+03:00
    late_policy: refuse
    flag_attempts: 5
    rubric:
      pass_percentage: 70
      criteria:
        - {title: Evidence, description: "", max_points: 60}
        - {title: Report, max_points: 40}
    hints:
      - {text: Look at the logs., cost: 0}
      - text: At port 4444.
        cost: 15
  - code: OPS-102
    title: A draft
"""


@pytest.fixture
def director() -> Caller:
    Program.objects.get_or_create(slug="core", title="Core")
    caller = signed_in(person("dora", Role.DIRECTOR))
    forget_appended()
    return caller


def run(tmp_path: Path, text: str, **options: Any) -> str:
    """What the command printed."""
    path, out = tmp_path / "missions.yaml", StringIO()
    path.write_text(text)
    call_command("import_missions", path, stdout=out, stderr=out, **options)
    return out.getvalue().strip()


def faults(tmp_path: Path, text: str) -> list[str]:
    """What the command printed of a file that it refused, and nothing was written."""
    path, out = tmp_path / "missions.yaml", StringIO()
    path.write_text(text)
    before = state()
    with pytest.raises(CommandError):
        call_command("import_missions", path, stdout=StringIO(), stderr=out)
    assert (state(), appended()) == (before, [])
    return out.getvalue().splitlines()


def exported(code: str = "OPS-101") -> str:
    out = StringIO()
    call_command("export_mission", code, stdout=out)
    return out.getvalue()


def state() -> list[Any]:
    models: tuple[Any, ...] = (Mission, Rubric, Criterion, Hint, ContentItem)
    return [[*model.objects.order_by("pk").values()] for model in models]


def printed(**given: int) -> str:
    names = ("created", "changed", "unchanged", "invalid")
    return ", ".join(f"{name} {given.get(name, 0)}" for name in names)


def test_a_file_drafts_missions_with_rubric_and_hints(director: Caller, tmp_path: Path) -> None:
    assert run(tmp_path, FILE) == printed(created=2)
    mission = Mission.objects.get(code="OPS-101")
    assert (mission.state, mission.title, mission.skills) == ("draft", "NO", ["C++", ".net"])
    assert mission.subtasks == ["0899", "Name the tool"]
    assert (mission.max_attempts, mission.late_policy, mission.flag_attempts) == (2, "refuse", 5)
    assert mission.due_at == datetime(2027, 3, 1, 9, tzinfo=UTC)
    rubric = mission.rubrics.get()
    assert (rubric.pass_percentage, rubric.criteria.count()) == (70, 2)
    assert [*mission.hints.values_list("text", "cost")] == [
        ("Look at the logs.", 0),
        ("At port 4444.", 15),
    ]
    forget_appended()
    before = state()
    assert run(tmp_path, FILE) == printed(unchanged=2)
    assert (state(), appended()) == (before, [])


def test_an_export_is_imported_unchanged_and_elsewhere_as_it_was(
    director: Caller, tmp_path: Path
) -> None:
    run(tmp_path, FILE)
    publish_mission(mission_id=Mission.objects.get(code="OPS-101").pk)
    text = exported()
    assert run(tmp_path, text) == printed(unchanged=1)
    other = text.replace("OPS-101", "OPS-201")
    assert run(tmp_path, other) == printed(created=1)
    assert exported("OPS-201") == other
    assert Mission.objects.get(code="OPS-201").content is None


def test_an_import_changes_what_the_file_names_alone(director: Caller, tmp_path: Path) -> None:
    run(tmp_path, FILE)
    mission = Mission.objects.get(code="OPS-101")
    publish_mission(mission_id=mission.pk)
    forget_appended()
    text = "missions:\n  - code: OPS-101\n    title: Renamed\n"
    assert run(tmp_path, text) == printed(changed=1)
    mission.refresh_from_db()
    assert (mission.title, mission.state, mission.difficulty) == ("Renamed", "published", 3)
    assert ContentItem.objects.get(mission=mission).title == "Renamed"
    assert [kind for kind, *_ in appended()] == ["content.published", "mission.updated"]
    hints = f"{text}    hints:\n      - {{text: One., cost: 1}}\n"
    assert run(tmp_path, hints) == printed(changed=1)
    assert mission.hints.filter(withdrawn=False).count() == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("missions:\n  - title: A\n", "line 2: code: This field is required."),
        ("missions:\n  - code: A\n", "line 2: title: A new mission needs this field."),
        ("missions: 1\n", "line 1: missions: This must be a list."),
        ("missions: []\nmore: 1\n", "line 2: more: Unknown key."),
        ("program: {}\n", "line 1: program: Unknown key."),
        (
            "missions:\n  - code: A\n    title: A\n    state: published\n",
            "line 4: state: There is no such field.",
        ),
        (
            "missions:\n  - code: A\n    title: A\n    rubric:\n      criteria:\n"
            "        - {title: E, max_points: 0}\n",
            "line 6: rubric.criteria.0.max_points: Ensure this value is greater than or equal "
            "to 1.",
        ),
        (
            "missions:\n  - code: A\n    title: A\n  - code: A\n    title: B\n",
            "line 4: code: An earlier mission has the same code.",
        ),
        (
            "missions:\n  - code: A\n    content_id: mission-9\n",
            "line 2: content_id: There is no such item on offer.",
        ),
        (
            "missions:\n  - code: A\n    title: A\n    hints:\n      - {text: a, cost: 60}\n"
            "      - {text: b, cost: 60}\n",
            "line 2: hints: The hints of a mission cost at most 100 per cent together.",
        ),
        (
            "missions:\n  - code: A\n    title: A\n    due_at: 2027-03-01\n",
            "line 4: due_at: Write a time like 2030-01-31T12:00:00Z.",
        ),
    ],
    ids=[
        *("code", "title", "list", "more", "program", "state", "points", "twice", "item", "hints"),
        "day",
    ],
)
def test_a_fault_names_its_line_and_writes_nothing(
    text: str, expected: str, director: Caller, tmp_path: Path
) -> None:
    assert expected in faults(tmp_path, text)


def test_a_retired_mission_is_not_changed(director: Caller, tmp_path: Path) -> None:
    mission = lab(code="OPS-101")
    retire_mission(mission_id=mission.pk)
    forget_appended()
    found = faults(tmp_path, "missions:\n  - {code: OPS-101, title: New}\n")
    assert found == ["line 2: code: The mission is retired."]


def test_an_item_of_the_catalogue_gets_its_mission(director: Caller, tmp_path: Path) -> None:
    item("mission-7")
    text = "missions:\n  - {code: OPS-7, content_id: mission-7}\n"
    assert run(tmp_path, text) == printed(created=1)
    assert Mission.objects.get().title == "mission-7"
    assert run(tmp_path, text) == printed(unchanged=1)
    item("mission-8")
    forget_appended()
    found = faults(tmp_path, text.replace("mission-7", "mission-8"))
    assert found == ["line 2: content_id: An import does not change this of a mission."]


def test_the_api_imports_by_a_job_and_exports(director: Caller) -> None:
    body = ended(director, FILE, "missions", name="missions.yaml")
    assert counts(body) == ("done", 2, 0, 0, 0)
    mission = Mission.objects.get(code="OPS-101")
    status, text = director.get(f"missions/{mission.pk}/export/")
    assert (status, text.decode()) == (200, exported())
    without = director.post("missions/", {"title": "No code"})[1]
    answer = director.get(f"missions/{without['id']}/export/")
    assert refusal(answer) == (409, "no_code", [])
    amina = signed_in(person("amina"))
    assert amina.get(f"missions/{mission.pk}/export/")[0] == 403
