"""`import_content` and `import_progress`: changes are facts, a second run changes nothing."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.programs.models import ContentItem, Program
from core.programs.services import CATALOGUE_LOCK, retire_content
from core.progress.models import Progress
from core.users.models import User
from tests.unit.core.world import appended, forget_appended, item, person

pytestmark = pytest.mark.django_db

CONTENT = """\ufeff\
external_id; external_source ;content_type;program;title;track;duration_minutes;\
skills;course;prerequisites
A-1;lms;course;core;Networks;builders;60;C++ | réseau;;
A-2;lms;module;core;Packets;builders;10;;A-1;
A-3;lms;mission;core;Find it;builders;30;;;A-1|course-1
"""
PROGRESS = """email,content_id,status,completion_percentage,score,reported_at
Lena@ongoza.example,course-1,in_progress,40,,2024-01-01T08:00:00Z
lena@ongoza.example,course-1,completed,,80,2024-02-01T08:00:00Z
"""


@pytest.fixture
def learner() -> User:
    item("course-1")
    item("module-9", content_type="module", course="course-1")
    learner = person("lena")
    forget_appended()
    return learner


class Files:
    """Runs the commands on files with a given content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.errors: list[str] = []

    def run(self, command: str, content: str, *, suffix: str = "csv", **options: Any) -> str:
        """What the command prints; its errors are in `errors`."""
        path = self._folder / f"rows.{suffix}"
        path.write_text(content, encoding="utf-8")
        out, err = StringIO(), StringIO()
        try:
            call_command(command, path, stdout=out, stderr=err, **options)
        finally:
            self.errors = err.getvalue().splitlines()
        return out.getvalue().strip()


@pytest.fixture
def files(tmp_path: Path, learner: User) -> Files:
    return Files(tmp_path)


def counts(created: int = 0, changed: int = 0, unchanged: int = 0, invalid: int = 0) -> str:
    return f"created {created}, changed {changed}, unchanged {unchanged}, invalid {invalid}"


# --- content -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_id", "value", "stored"),
    [
        ("mission-9", "review", "review"),
        ("mission-9", "check", None),
        ("course-1", "review", None),
        ("mission-9", "later", None),
    ],
)
def test_a_file_says_which_missions_are_completed_by_review(
    content_id: str, value: str, stored: str | None, files: Files
) -> None:
    item("mission-9")
    forget_appended()
    rows = f"content_id,completed_by\n{content_id},{value}\n"
    if stored:
        assert files.run("import_content", rows) == counts(changed=1)
    else:
        with pytest.raises(CommandError):
            files.run("import_content", rows)
        assert "completed_by" in files.errors[0]
        assert appended() == []
    found = ContentItem.objects.get(content_id=content_id).completed_by
    assert found == (stored or "self")


def test_new_content_takes_free_ids_and_is_published(files: Files) -> None:
    assert files.run("import_content", CONTENT) == counts(created=3)

    assert {(kind, key) for kind, key, _ in appended()} == {
        ("content.published", "course-2"),
        ("content.published", "module-10"),
        ("content.published", "mission-1"),
    }
    course, module, mission = (
        ContentItem.objects.get(content_id=i) for i in ("course-2", "module-10", "mission-1")
    )
    assert course.shown_skills == ["C++", "r\u00e9seau"]
    assert module.course == course
    assert {*mission.prerequisites.values_list("content_id", flat=True)} == {"course-1", "course-2"}
    assert [str(one) for one in course.external_ids.all()] == ["lms: A-1"]


def test_a_second_run_of_content_changes_nothing(files: Files) -> None:
    files.run("import_content", CONTENT)
    forget_appended()

    assert files.run("import_content", CONTENT) == counts(unchanged=3)
    assert appended() == []


def test_a_changed_row_changes_the_columns_it_has(files: Files) -> None:
    files.run("import_content", CONTENT)
    forget_appended()
    row = '{"external_source": "lms", "external_id": "A-1", "title": "Nets"}\n'

    assert files.run("import_content", row, suffix="jsonl") == counts(changed=1)
    assert appended() == [("content.published", "course-2", 2)]
    course = ContentItem.objects.get(content_id="course-2")
    assert (course.title, course.shown_skills) == ("Nets", ["C++", "r\u00e9seau"])


def test_an_external_id_is_added_to_an_item_named_by_its_content_id(files: Files) -> None:
    text = "content_id,external_source,external_id\ncourse-1,{},B-1\n"
    files.run("import_content", text.format("lms"))
    assert files.run("import_content", text.format("old")) == counts(changed=1)
    pairs = ContentItem.objects.get(content_id="course-1").external_ids
    assert [str(one) for one in pairs.all()] == ["lms: B-1", "old: B-1"]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(files: Files) -> None:
    assert files.run("import_content", CONTENT, dry_run=True) == f"dry run: {counts(created=3)}"
    assert files.run("import_progress", PROGRESS, dry_run=True) == (
        f"dry run: {counts(created=1, changed=1)}"
    )
    assert appended() == []
    assert not Progress.objects.exists()


def test_every_invalid_row_is_named_and_nothing_is_written(files: Files) -> None:
    retire_content(content_id=item("course-5").content_id)
    forget_appended()
    text = (
        "content_id,content_type,program,title,track,duration_minutes,course,prerequisites\n"
        "course-7,course,core,Good,builders,10,,\n"
        "course-8,course,none,No program,builders,10,,\n"
        "course-9,course,core,,builders,10,,\n"
        "course-10,course,core,Too long,builders,many,,\n"
        "course-11,course,core,After,builders,10,,course-99\n"
        "course-12,course,core,In,builders,10,course-1,\n"
        "course-1,mission,,,,,,\n"
        "module-9,,,,,,course-7,\n"
        "course-7,,,Again,,,,\n"
        "course-5,,,Retired,,,,\n"
        "course-1,,,,,,,course-1\n"
    )

    with pytest.raises(CommandError, match="nothing was written"):
        files.run("import_content", text)

    assert [": ".join(line.split(": ")[:2]) for line in files.errors] == [
        "line 3: program",
        "line 4: title",
        "line 5: duration_minutes",
        "line 6: prerequisites",
        "line 7: course",
        "line 8: content_id",
        "line 9: course",
        "line 10: content_id",
        "line 11: The item is retired.",
        "line 12: prerequisites",
    ]
    assert appended() == []


def test_valid_rows_are_written_if_invalid_ones_are_skipped(files: Files) -> None:
    text = f"{CONTENT}A-4;lms;course;core;Bad;builders;0;;;\n"
    assert files.run("import_content", text, skip_invalid=True) == counts(created=3, invalid=1)
    assert files.errors == [
        "line 5: duration_minutes: Ensure this value is greater than or equal to 1."
    ]


def test_an_invalid_row_takes_no_content_id_and_the_next_one_holds_the_lock(
    files: Files,
) -> None:
    head = "external_source,external_id,content_type,program,title,track,duration_minutes,course\n"
    row = "lms,A-{},course,core,A,builders,60,{}\n"
    text = head + row.format(1, "course-1") + row.format(2, "")
    with CaptureQueriesContext(connection) as queries:
        assert files.run("import_content", text, skip_invalid=True) == counts(created=1, invalid=1)
    statements = [query["sql"] for query in queries]
    locked = [i for i, sql in enumerate(statements) if sql == CATALOGUE_LOCK]
    undone = [i for i, sql in enumerate(statements) if sql.startswith("ROLLBACK TO")]
    assert max(undone) < max(locked)
    assert ContentItem.objects.filter(content_id="course-2").exists()


def test_unknown_columns_and_unknown_suffixes_are_named(files: Files) -> None:
    with pytest.raises(CommandError):
        files.run("import_content", "title,colour\nA,red\n")
    assert files.errors == ["line 1: colour: Unknown column."]
    with pytest.raises(CommandError, match="--format"):
        files.run("import_content", CONTENT, suffix="txt")
    assert files.run("import_content", CONTENT, suffix="txt", format="csv") == counts(created=3)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_shown_on_a_terminal_alone(tmp_path: Path, files: Files) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text('{"content_id": "course-1", "level": 1}\n' * 20, encoding="utf-8")
    terminal, pipe = Terminal(), StringIO()
    for err in (terminal, pipe):
        call_command("import_content", path, stdout=StringIO(), stderr=err, skip_invalid=True)
    assert f"\r[{'#' * 25}] 20 rows\r\x1b[K" in terminal.getvalue()
    assert "\r" not in pipe.getvalue()


# --- challenges ----------------------------------------------------------------------------------


def test_challenges_become_missions_without_their_flags_and_hints(files: Files) -> None:
    Program.objects.create(slug="ctf", title="CTF")
    text = (
        "name,category,value,description,flags,hints\n"
        'Crack it,Crypto,350,"Read ""this""",flag{secret-1},look-here-1\n'
    )
    options: dict[str, Any] = {
        "profile": "ctf",
        "program": "ctf",
        "track": "builders",
        "duration_minutes": 45,
    }

    assert files.run("import_content", text, **options) == counts(created=1)
    assert files.run("import_content", text, **options) == counts(unchanged=1)

    mission = ContentItem.objects.get(content_id="mission-1")
    assert (mission.title, mission.description) == ("Crack it", 'Read "this"')
    assert (mission.level, mission.skills, mission.duration_minutes) == (4, ["crypto"], 45)
    stored = str([*ContentItem.objects.values()])
    assert "secret-1" not in stored
    assert "look-here-1" not in stored
    with pytest.raises(CommandError, match="--duration-minutes"):
        files.run("import_content", text, profile="ctf")


# --- progress ------------------------------------------------------------------------------------


def test_past_progress_is_dated_to_its_reports_and_published(files: Files) -> None:
    assert files.run("import_progress", PROGRESS) == counts(created=1, changed=1)

    progress = Progress.objects.get()
    assert (progress.status, progress.score, progress.source) == ("completed", 80, "staff")
    assert str(progress.created_at) == "2024-01-01 08:00:00+00:00"
    assert progress.completed_at == progress.first_completed_at == progress.reported_at
    assert str(progress.reported_at) == "2024-02-01 08:00:00+00:00"
    assert [(kind, version) for kind, _, version in appended()] == [
        ("progress.updated", 1),
        ("progress.updated", 2),
    ]


def test_a_second_run_of_progress_changes_nothing(files: Files) -> None:
    files.run("import_progress", PROGRESS)
    forget_appended()

    assert files.run("import_progress", PROGRESS) == counts(unchanged=2)
    assert appended() == []


def test_a_report_older_than_the_newest_changes_nothing(files: Files, learner: User) -> None:
    files.run("import_progress", PROGRESS)
    head = "user_id,content_id,status,score,reported_at,source\n"
    old = f"{learner.pk},course-1,completed,99,2024-01-31T08:00:00Z,review\n"
    new = f"{learner.pk},course-1,completed,99,2024-03-01T08:00:00Z,review\n"

    assert files.run("import_progress", head + old) == counts(unchanged=1)
    assert files.run("import_progress", head + new) == counts(changed=1)
    assert (Progress.objects.get().score, Progress.objects.get().source) == (99, "review")


def test_progress_names_content_by_external_id_and_retired_content_too(files: Files) -> None:
    files.run("import_content", CONTENT)
    retire_content(content_id="course-2")
    row = (
        '{"email": "lena@ongoza.example", "external_source": "lms", "external_id": "A-1",'
        ' "status": "completed", "reported_at": "2024-01-01T00:00:00+03:00"}\n'
    )
    assert files.run("import_progress", row, suffix="jsonl") == counts(created=1)
    assert Progress.objects.get().content_id == "course-2"


def test_every_invalid_row_of_progress_is_named(files: Files) -> None:
    lena, day = "lena@ongoza.example", "2024-02-02T08:00:00Z"
    text = (
        f"{PROGRESS}"
        f"nobody@ongoza.example,course-1,failed,,,{day}\n"
        f"{lena},course-99,failed,,,{day}\n"
        f"{lena},course-1,in_progress,50,,{day}\n"
        f"{lena},course-1,completed,50,,{day}\n"
        f"{lena},course-1,done,,,{day}\n"
        f"{lena},course-1,completed,,,2024-02-02 08:00\n"
        f"{lena},course-1,completed,,,2999-01-01T00:00:00Z\n"
        f"{lena},course-1,completed,,80,2024-02-01T08:00:00Z\n"
        f",course-1,completed,,80,{day}\n"
    )

    with pytest.raises(CommandError, match="nothing was written"):
        files.run("import_progress", text)

    assert [": ".join(line.split(": ")[:2]) for line in files.errors] == [
        "line 4: email",
        "line 5: content_id",
        "line 6: status",
        "line 7: status",
        "line 8: status",
        "line 9: reported_at",
        "line 10: reported_at",
        "line 11: reported_at",
        "line 12: email",
    ]
    assert not Progress.objects.exists()
    assert appended() == []
