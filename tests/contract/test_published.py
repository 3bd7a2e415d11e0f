"""What is committed of the contracts is what the classes say; `make check` notices when not."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ongoza_contracts.topics import FACT_TYPES, TOPICS
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
