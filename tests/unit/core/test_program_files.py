"""A program as one YAML file: exported, imported, and what is wrong with it."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from core.imports.reading import Unreadable
from core.imports.strict_yaml import parse_yaml
from core.programs.models import CompletedBy, ContentItem, Milestone, Program
from core.programs.services import retire_content, update_content
from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_import_api import counts, ended
from tests.unit.core.world import Caller, appended, forget_appended, item, person, signed_in

pytestmark = pytest.mark.django_db

FILE = """\
program:
  slug: night
  title: "Night school"
  track: builders
content:
  - content_id: course-1
    content_type: course
    title: "0899"
    track: builders
    duration_minutes: 30
    skills: [C++, .net]
    external_ids:
      - {source: lms, id: A-1}
      - {source: attack, id: T1059}
  - content_id: module-1
    content_type: module
    course: course-1
    title: First
    track: builders
    duration_minutes: 10
  - content_id: mission-1
    content_type: mission
    title: NO
    track: builders
    prerequisites: [course-1]
    duration_minutes: 20
    completed_by: review
milestones:
  - title: Basics
    items:
      - content_id: course-1
  - title: Practice
    description: |
      Two
      lines.
    items:
      - content_id: mission-1
        required: false
"""


@pytest.fixture
def director() -> Caller:
    caller = signed_in(person("dora", Role.DIRECTOR))
    forget_appended()
    return caller


def run(tmp_path: Path, text: str, **options: Any) -> str:
    """What the command printed."""
    path, out = tmp_path / "program.yaml", StringIO()
    path.write_text(text)
    call_command("import_program", path, stdout=out, stderr=out, **options)
    return out.getvalue().strip()


def faults(tmp_path: Path, text: str) -> list[str]:
    """What the command printed of a file that it refused, and nothing was written."""
    path, out = tmp_path / "program.yaml", StringIO()
    path.write_text(text)
    before = state()
    with pytest.raises(CommandError):
        call_command("import_program", path, stdout=StringIO(), stderr=out)
    assert (state(), appended()) == (before, [])
    return out.getvalue().splitlines()


def exported(slug: str = "night") -> str:
    out = StringIO()
    call_command("export_program", slug, stdout=out)
    return out.getvalue()


def state() -> list[Any]:
    models: tuple[Any, ...] = (Program, ContentItem, Milestone)
    return [[*model.objects.order_by("pk").values()] for model in models]


def test_a_file_makes_a_program_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, FILE) == "created 6, changed 0, unchanged 0, invalid 0"
    program = Program.objects.get(slug="night")
    course, module, mission = program.items.order_by("pk")
    assert (course.title, course.skills) == ("0899", ["c-plus-plus", "dotnet"])
    assert {*course.external_ids.values_list("source", "external_id")} == {
        ("lms", "A-1"),
        ("attack", "T1059"),
    }
    assert (module.course, mission.title) == (course, "NO")
    basics, practice = program.milestones.all()
    assert (practice.title, practice.description) == ("Practice", "Two\nlines.")
    assert (course.milestone, mission.milestone) == (basics, practice)
    assert (course.required, mission.required) == (True, False)
    assert (course.completed_by, mission.completed_by) == ("self", "review")
    assert [kind for kind, _, _ in appended()] == ["content.published"] * 3
    before = state()
    forget_appended()
    assert run(tmp_path, FILE) == "created 0, changed 0, unchanged 6, invalid 0"
    assert (state(), appended()) == (before, [])


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    before = state()
    said = run(tmp_path, FILE, dry_run=True)
    assert said == "dry run: created 6, changed 0, unchanged 0, invalid 0"
    assert (state(), appended()) == (before, [])


def test_an_exported_program_is_imported_without_a_change(tmp_path: Path) -> None:
    run(tmp_path, FILE)
    before = state()
    text = exported()
    assert run(tmp_path, text) == "created 0, changed 0, unchanged 6, invalid 0"
    assert state() == before
    with transaction.atomic():
        renamed = text.replace("slug: night", "slug: day").replace("-1\n", "-7\n")
        run(tmp_path, renamed.replace("id: A-7", "id: A-8").replace("T1059", "T1060"))
        again = exported("day").replace("slug: day", "slug: night").replace("-7\n", "-1\n")
        assert again.replace("id: A-8", "id: A-1").replace("T1060", "T1059") == text


def test_what_a_file_leaves_out_stays(tmp_path: Path) -> None:
    run(tmp_path, FILE)
    item("course-5", Program.objects.get(slug="night"))
    forget_appended()
    short = """\
program: {slug: night}
milestones:
  - title: Basics
    items: [{content_id: course-5}]
"""
    assert run(tmp_path, short) == "created 0, changed 1, unchanged 1, invalid 0"
    program = Program.objects.get(slug="night")
    assert (program.title, program.milestones.count(), program.items.count()) == (
        "Night school",
        2,
        4,
    )
    placed = program.milestones.get(title="Basics").items.order_by("milestone_position")
    assert [one.content_id for one in placed] == ["course-5", "course-1"]
    assert appended() == []


def test_a_file_says_that_a_mission_needs_no_review_any_more(tmp_path: Path) -> None:
    run(tmp_path, FILE)
    reviewed = exported()
    update_content(content_id="mission-1", completed_by=CompletedBy.SELF)
    text = exported()
    run(tmp_path, reviewed)
    assert run(tmp_path, text) == "created 0, changed 1, unchanged 5, invalid 0"
    assert ContentItem.objects.get(content_id="mission-1").completed_by == "self"


def test_retired_items_are_not_exported(tmp_path: Path) -> None:
    run(tmp_path, FILE)
    retire_content(content_id="course-1")
    text = exported()
    assert "course-1" not in text
    assert "module-1" not in text
    assert "mission-1" in text


def test_an_item_of_another_program_is_refused(tmp_path: Path) -> None:
    item("course-1")
    forget_appended()
    assert "line 6: program: An import does not change this of an item." in faults(tmp_path, FILE)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("duration_minutes: 10", "duration_minutes: ten", "line 20: duration_minutes: "),
        ("    title: First", "    titel: First", "line 18: titel: There is no such field."),
        ("{source: lms, id: A-1}", "{source: lms}", "line 13: external_ids.0.id: "),
        ("course: course-1", "course: course-9", "line 15: course: There is no such item"),
        ("required: false", "required: NO", "line 38: items.0.required: This must be true or"),
        ("title: Practice", "title: Basics", "line 32: title: An earlier milestone"),
        ("content_id: mission-1\n        r", "content_id: module-1\n        r", "line 32: items: "),
        ("slug: night", "slug: Night school", "line 2: slug: "),
        ("milestones:", "stages:", "line 28: stages: Unknown key."),
    ],
)
def test_a_fault_names_its_line_and_nothing_is_written(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    assert old in FILE
    found = faults(tmp_path, FILE.replace(old, new))
    assert any(one.startswith(fault) for one in found), found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: The key is there twice."),
        ("a: &x [1]\nb: *x", "line 2: Write the value again: aliases are not possible."),
        ("a: 1\nb: !!python/object:os.system {}", "line 2: Tags are not possible."),
        ("a: 1\n---\nb: 2", "line 2: A file has one document."),
        ("1: a", "line 1: A key is a text."),
        ("[a]: b", "line 1: A key is a text."),
        ("a:\n  " + "[" * 20 + "]" * 20, "line 2: At most 12 levels are possible."),
        ("a: [1", "line 2: This is not YAML: "),
        ("a: \x07", "line 1: This is not YAML: "),
    ],
    ids=["twice", "alias", "tag", "documents", "number", "list", "deep", "open", "control"],
)
def test_yaml_that_means_two_things_is_refused(text: str, fault: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_yaml(text.encode())
    assert str(refused.value).startswith(fault)


def test_plain_scalars_are_texts_unless_they_are_plainly_something_else() -> None:
    text = "a: [NO, 1:30, 0123, 1.10, on, 2026-11-27, '7', 7, true, null, ~]\nb:\n"
    assert parse_yaml(text.encode()).values == {
        "a": ["NO", "1:30", "0123", "1.10", "on", "2026-11-27", "7", 7, True, None, None],
        "b": None,
    }


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"- a", b"program: x", b"null", b"program:"])
def test_a_file_that_is_no_program_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "program.yaml"
    path.write_bytes(content)
    with pytest.raises(CommandError):
        call_command("import_program", path, stderr=StringIO(), stdout=StringIO())
    assert not Program.objects.exists()


def test_staff_export_and_import_by_the_api(director: Caller) -> None:
    body = ended(director, FILE, "programs", name="program.yaml")
    assert counts(body) == ("done", 6, 0, 0, 0)
    broken = FILE.replace("duration_minutes: 10", "duration_minutes: 0")
    body = ended(director, broken, "programs", name="program.yml")
    assert (body["state"], body["errors"][0]["line"]) == ("invalid", 20)
    program = Program.objects.get(slug="night").pk
    answer = Client().get(
        f"/api/v1/programs/{program}/export/", headers={"Authorization": f"Bearer {director.token}"}
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/yaml")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="night.yaml"'
    assert answer.content.decode() == exported()
