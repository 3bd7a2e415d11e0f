"""What is committed of the contracts is what the classes say; `make check` notices when not."""

import json
import shutil
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field
from typer.testing import CliRunner

from ongoza_contracts import topics
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import FACT_TYPES, TOPICS
from ongoza_contracts.vocabulary import Slug, Track, UserId
from scripts.contracts.__main__ import CONTRACTS, app

PROGRESS = "ongoza.progress.updated.v1"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("schemas", "examples", "consumers", "corpus"):
        shutil.copytree(CONTRACTS / name, tmp_path / name)
    shutil.copy(CONTRACTS / "asyncapi.yaml", tmp_path)
    return tmp_path


def run_check(contracts: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", "--contracts", str(contracts)])
    return result.exit_code, result.output


def test_the_committed_files_agree(copy: Path) -> None:
    said = f"{len(TOPICS)} topics, {len(FACT_TYPES)} facts: schemas and examples agree"
    assert run_check(copy) == (0, f"contracts: {said}\n")


def test_a_changed_schema_is_noticed_with_the_line_that_differs(copy: Path) -> None:
    schema = copy / "schemas" / f"{PROGRESS}.json"
    schema.write_text(schema.read_text().replace('"maximum": 100', '"maximum": 101'))
    code, output = run_check(copy)
    assert code == 1
    assert '-      "maximum": 101' in output


def test_a_schema_without_its_fact_is_noticed(copy: Path) -> None:
    (copy / "schemas" / "ongoza.progress.lost.v1.json").write_text("{}")
    assert run_check(copy) == (1, "schemas of no fact: ongoza.progress.lost.v1.json\n")


def test_a_changed_asyncapi_document_is_noticed(copy: Path) -> None:
    (copy / "asyncapi.yaml").write_text("asyncapi: 3.0.0\n")
    code, output = run_check(copy)
    assert code == 1
    assert "committed asyncapi.yaml" in output


def test_a_team_missing_from_a_topic_is_named_with_the_file_to_add_it_to(copy: Path) -> None:
    (copy / "consumers" / "my_team").mkdir()
    (copy / "consumers" / "my_team" / "needs.yaml").write_text(
        f"{{team: my_team, contact: a@ongoza.example, needs: {{{PROGRESS}: {{fields: [status]}}}}}}"
    )
    problem = "ongoza.progress: my_team uses it and is not among its consumers"
    assert run_check(copy) == (1, f"{problem}: add it in contracts/ongoza_contracts/topics.py\n")


def test_a_missing_example_is_noticed(copy: Path) -> None:
    (copy / "examples" / PROGRESS / "future.json").unlink()
    assert run_check(copy) == (1, f"missing example: {PROGRESS}/future.json\n")


@pytest.mark.parametrize(
    ("kind", "old", "new", "problem"),
    [
        ("full", '"completed"', '"paused"', "bad_payload: status: enum"),
        ("full", '"version": 5', '"version": 5, "more": 1', "is not what core would write"),
        ("future", '"added_in_a_later_version"', '"version"', "bad_payload"),
    ],
)
def test_an_example_that_is_not_its_fact_is_noticed(
    copy: Path, kind: str, old: str, new: str, problem: str
) -> None:
    example = copy / "examples" / PROGRESS / f"{kind}.json"
    example.write_text(example.read_text().replace(old, new))
    code, output = run_check(copy)
    assert code == 1
    assert f"example {PROGRESS}/{kind}.json: {problem}" in output


def test_a_future_example_without_an_unknown_field_is_noticed(copy: Path) -> None:
    folder = copy / "examples" / PROGRESS
    shutil.copy(folder / "full.json", folder / "future.json")
    assert run_check(copy) == (1, f"example {PROGRESS}/future.json: has no unknown field\n")


def test_a_future_example_that_is_not_the_full_one_with_more_is_noticed(copy: Path) -> None:
    example = copy / "examples" / PROGRESS / "future.json"
    example.write_text(example.read_text().replace('"version": 5', '"version": 6'))
    code, output = run_check(copy)
    assert (code, output) == (1, f"example {PROGRESS}/future.json: is not read as full.json\n")


class TeaServed(
    Fact, type="ongoza.tea.served.v1", key=("user_id",), partition="user_id", subjects=("user_id",)
):
    """Tea was served to a learner."""

    user_id: UserId
    kind: Slug
    cups: Annotated[tuple[Track, ...], Field(min_length=1)]
    sugar: float | None = None


def run_write(contracts: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["write", "--contracts", str(contracts)])
    return result.exit_code, result.output


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_one_command_publishes_a_new_fact_with_all_that_belongs_to_it(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FACT_TYPES, TeaServed.type, TeaServed)
    served: type[Fact] = TeaServed
    monkeypatch.setattr(topics, "_TOPIC_OF", {**topics._TOPIC_OF, served: topics.PROGRESS})
    assert run_check(copy)[0] == 1
    code, output = run_write(copy)
    assert code == 0
    assert f"wrote examples/{TeaServed.type}/full.json: put better values in it" in output
    assert f"published schemas/history/{TeaServed.type}/0001.json" in output
    code, output = run_check(copy)
    assert (code, output.count("\n")) == (0, 1), output
    minimal = json.loads((copy / "examples" / TeaServed.type / "minimal.json").read_text())
    assert minimal == {
        "version": 1,
        "user_id": 1,
        "kind": "0",
        "cups": ["builders"],
        "sugar": None,
    }
    cases = json.loads((copy / "corpus" / "examples.json").read_text())
    for kind in ("minimal", "full", "future"):
        assert f"{TeaServed.type}.{kind}" in {case["name"] for case in cases}
    before = files(copy)
    assert run_write(copy)[0] == 0
    assert files(copy) == before


def test_a_break_of_what_was_published_is_told_with_a_document_and_a_team(copy: Path) -> None:
    """As if core could once write a status that nobody reads any more."""
    first = copy / "schemas" / "history" / PROGRESS / "0001.json"
    schema = json.loads(first.read_text())
    schema["$defs"]["ProgressStatus"]["enum"].append("paused")
    first.write_text(json.dumps(schema))
    shutil.copy(copy / "schemas" / f"{PROGRESS}.json", first.with_name("0002.json"))
    code, output = run_check(copy)
    assert code == 1
    told, shown, why, hurt, *_ = output.splitlines()
    assert told == (
        f"{PROGRESS}: old facts do not read in new code with version 0001 "
        "at status (value 'paused')"
    )
    counter_example = json.loads(shown.removeprefix("  counter-example: "))
    assert counter_example["status"] == "paused"
    assert "'paused' is not one of" in why
    assert hurt == "  hurts: engagement_stats, learner_reminders"


def test_a_break_is_not_published(copy: Path) -> None:
    first = copy / "schemas" / "history" / PROGRESS / "0001.json"
    first.write_text(first.read_text().replace('"maximum": 100', '"maximum": 101'))
    before = files(copy)
    code, output = run_write(copy)
    assert code == 1
    assert "at completion_percentage" in output
    assert files(copy) == before
