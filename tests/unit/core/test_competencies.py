"""Competencies: imported with their framework, listed, and named by content."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from core.programs.competencies import set_competency
from core.programs.models import Competency, ContentItem
from ongoza_contracts.vocabulary import Role
from scripts import attack
from tests.unit.core.test_import_api import counts, ended
from tests.unit.core.test_program_files import FILE, exported, run
from tests.unit.core.test_programs import COURSE, ids, patch
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

DATA = attack.FILE.parent
ROWS = "framework,code,name\nattack,T1059,Command and Scripting\nongoza,soc-analyst,SOC analyst\n"


@pytest.fixture
def director() -> Caller:
    item("course-1")
    caller = signed_in(person("dora", Role.DIRECTOR))
    set_competency(framework="attack", code="T1059", name="Command and Scripting Interpreter")
    set_competency(framework="ongoza", code="soc-analyst", name="SOC analyst")
    forget_appended()
    return caller


def imported(path: Path) -> str:
    """What the command printed."""
    out = StringIO()
    call_command("import_competencies", path, stdout=out)
    return out.getvalue().strip()


# --- import --------------------------------------------------------------------------------------


def test_the_files_that_core_has_are_imported_and_a_second_time_change_nothing() -> None:
    assert imported(DATA / "attack.csv") == "created 691, changed 0, unchanged 0, invalid 0"
    assert imported(DATA / "ongoza.csv") == "created 15, changed 0, unchanged 0, invalid 0"
    assert imported(DATA / "ongoza.csv") == "created 0, changed 0, unchanged 15, invalid 0"
    assert Competency.objects.get(framework="attack", code="T1059").name == (
        "Command and Scripting Interpreter"
    )
    assert {*Competency.objects.values_list("framework", flat=True)} == {"attack", "ongoza"}


def test_the_file_of_techniques_is_that_of_the_package_and_has_its_licence_beside_it() -> None:
    assert attack.FILE.read_text() == attack.render()
    licence = (DATA / "attack.LICENSE.txt").read_text()
    assert "The MITRE Corporation" in licence
    assert "MIT License" in licence


def test_an_import_by_the_api_corrects_names_and_removes_nothing(director: Caller) -> None:
    set_competency(framework="nice", code="K0001", name="Networks")
    assert counts(ended(director, ROWS, "competencies")) == ("done", 0, 1, 1, 0)
    assert [(str(one), one.name) for one in Competency.objects.all()] == [
        ("attack:T1059", "Command and Scripting"),
        ("nice:K0001", "Networks"),
        ("ongoza:soc-analyst", "SOC analyst"),
    ]
    assert appended() == []


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("ATT&CK,T1,A", "framework"),
        ("attack,T 1,A", "code"),
        ("attack,T1,", "name"),
        ("attack,T1059,Again", "code"),
    ],
)
def test_an_invalid_row_writes_nothing(director: Caller, row: str, field: str) -> None:
    body = ended(director, f"{ROWS}{row}\n", "competencies")
    assert (body["state"], [(one["line"], one["field"]) for one in body["errors"]]) == (
        "invalid",
        [(4, field)],
    )
    assert Competency.objects.get(code="T1059").name == "Command and Scripting Interpreter"


# --- list ----------------------------------------------------------------------------------------


def test_competencies_are_listed_by_framework_and_by_words_of_code_and_name(
    director: Caller,
) -> None:
    found = {
        query: [one["code"] for one in director.get(f"competencies/?{query}")[1]["results"]]
        for query in ("", "framework=ongoza", "q=t1059", "q=scripting+command", "q=scripting+soc")
    }
    assert found == {
        "": ["T1059", "soc-analyst"],
        "framework=ongoza": ["soc-analyst"],
        "q=t1059": ["T1059"],
        "q=scripting+command": ["T1059"],
        "q=scripting+soc": [],
    }
    assert refusal(director.get("competencies/?framework="))[:2] == (400, "bad_parameter")


# --- content -------------------------------------------------------------------------------------


def test_content_names_competencies_as_a_version_and_keeps_them_unless_they_are_sent(
    director: Caller,
) -> None:
    body = {**COURSE, "content_id": "course-7", "competencies": ["ongoza:soc-analyst"]}
    assert director.post("content/", body)[1]["competencies"] == ["ongoza:soc-analyst"]
    named = {"competencies": ["ongoza:soc-analyst", "attack:T1059", "attack:T1059"]}
    both = ["attack:T1059", "ongoza:soc-analyst"]
    assert patch(director, "course-7", named)[1]["competencies"] == both
    assert patch(director, "course-7", {"title": "Another"})[1]["competencies"] == both
    assert patch(director, "course-7", named)[1]["competencies"] == both
    assert [(key, version) for _, key, version in appended()] == [
        ("course-7", 1),
        ("course-7", 2),
        ("course-7", 3),
    ]
    assert ids(director, "content/?competency=attack:T1059") == ["course-7"]
    assert ids(director, "content/?competency=attack") == []
    assert patch(director, "course-7", {"competencies": []})[1]["competencies"] == []


@pytest.mark.parametrize("named", ["nice:K0001", "attack", "T1059", "attack:t1059"])
def test_a_code_that_no_imported_file_has_is_refused(director: Caller, named: str) -> None:
    body = {**COURSE, "content_id": "course-7", "competencies": ["attack:T1059", named]}
    for answer in (
        director.post("content/", body),
        patch(director, "course-1", {"competencies": [named]}),
    ):
        assert refusal(answer)[:2] == (400, "unknown_competency")
    assert appended() == []
    assert not ContentItem.objects.filter(content_id="course-7").exists()


def test_rows_of_content_and_files_of_programs_name_competencies(
    director: Caller, tmp_path: Path
) -> None:
    text = "content_id,competencies\ncourse-1,attack:T1059|ongoza:soc-analyst\n"
    assert counts(ended(director, text)) == ("done", 0, 1, 0, 0)
    assert [str(one) for one in ContentItem.objects.get().competencies.all()] == [
        "attack:T1059",
        "ongoza:soc-analyst",
    ]
    wrong = ended(director, "content_id,competencies\ncourse-1,nice:K1\n")
    assert wrong["errors"][0]["field"] == "competencies"
    ContentItem.objects.get().competencies.clear()

    named = FILE.replace("    skills: [C++, .net]\n", "    competencies: [attack:T1059]\n")
    run(tmp_path, named.replace("-1\n", "-21\n").replace("[course-1]", "[course-21]"))
    assert "competencies:\n  - attack:T1059\n" in exported()
