"""The packages for other teams, used as they would: installed where nothing of ours is."""

import json
import shutil
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ongoza_contracts.topics import FACT_TYPES
from scripts.contracts.__main__ import CONTRACTS
from scripts.contracts.packages import build
from scripts.contracts.schemas import schemas
from scripts.contracts.structure import ANNOTATIONS
from scripts.web.node import NODE, Failed, npm, run
from tests.contract.test_consumers import CORPUS, cases

pytestmark = pytest.mark.slow

LOCK = CONTRACTS.parent / "requirements.lock"
UV = [sys.executable, "-m", "uv"]
USE = """
import { decode, FACTS, LatestFacts, type FactByType, type Outcome } from "@ongoza/contracts";

const latest = new LatestFacts();
const headers: [string, Buffer][] = [["ce_type", Buffer.from("x")]];
const read: Outcome = decode({ headers, value: Buffer.from("{}") });
latest.take(read);
for (const fact of latest.of("ongoza.progress.updated.v1")) {
  const percentage: number = fact.completion_percentage;
  console.log(percentage, FACTS["ongoza.progress.updated.v1"].topic);
}
export function track(user: FactByType["ongoza.user.updated.v1"]): string | null | undefined {
  return user.track;
}
console.log(read.outcome);
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the contracts, because a build writes into its source."""
    ignored = shutil.ignore_patterns("node_modules", "dist", "generated", "__pycache__")
    return Path(
        shutil.copytree(CONTRACTS, tmp_path_factory.mktemp("source") / "contracts", ignore=ignored)
    )


@pytest.fixture(scope="module")
def packages(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By the beginning of the file's name."""
    found = build(source, tmp_path_factory.mktemp("packages"))
    return {path.name.split("-0.")[0]: path for path in found}


@pytest.fixture(scope="module")
def typescript(source: Path, packages: dict[str, Path]) -> Path:
    """The folder of the package that `packages` built."""
    assert packages
    return source / "typescript"


def environment(folder: Path, *wheels: Path) -> str:
    """The interpreter of an environment with the wheels and what they need, as it is locked."""
    run([*UV, "venv", "--quiet", "--python", sys.executable, str(folder / "venv")], folder)
    python = str(folder / "venv" / "bin" / "python")
    install = [*UV, "pip", "install", "--quiet", "--python", python, "--constraint", str(LOCK)]
    run([*install, *map(str, wheels)], folder)
    return python


def test_the_wheel_alone_reads_a_record_and_names_what_its_command_lacks(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    python = environment(tmp_path, packages["ongoza_contracts"])
    listed = run([*UV, "pip", "list", "--quiet", "--format=json", "--python", python], tmp_path)
    assert {one["name"] for one in json.loads(listed)} == {
        *("ongoza-contracts", "pydantic", "pydantic-core", "annotated-types"),
        *("typing-extensions", "typing-inspection"),
    }
    example = CONTRACTS / "examples" / "ongoza.progress.updated.v1" / "full.json"
    script = (
        "import sys; from ongoza_contracts.codec import decode\n"
        "headers = {'ce_specversion': b'1.0', 'ce_id': b'1',"
        " 'ce_type': b'ongoza.progress.updated.v1'}\n"
        f"print(decode([*headers.items()], open({str(example)!r}, 'rb').read()).fact.key)\n"
    )
    known = json.loads(example.read_text())
    assert run([python, "-c", script], tmp_path) == f"{known['user_id']}:{known['content_id']}\n"
    (tmp_path / "kafka.properties").write_text("bootstrap.servers=127.0.0.1:1\n")
    command = [python, "-m", "ongoza_contracts.consume", "--topic", "progress", "--group", "mine"]
    with pytest.raises(Failed, match=r"pip install 'ongoza-contracts\[consume\]'"):
        run([*command, "--properties", "kafka.properties"], tmp_path)


def test_the_reference_consumer_installs_with_the_contracts_and_passes_the_corpus(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    python = environment(tmp_path, packages["ongoza_contracts"], packages["engagement_stats"])
    said = run([python, "-m", "engagement_stats", "corpus", str(CORPUS)], tmp_path)
    assert said == f"{cases()} cases, 0 failed\n"


def test_the_tarball_holds_types_of_every_fact_and_nothing_else(packages: dict[str, Path]) -> None:
    with tarfile.open(packages["ongoza-contracts"]) as packed:
        names = {name.removeprefix("package/") for name in packed.getnames()}
    modules = {"index", "decode", "latest", "validate", "generated/facts"}
    modules |= {f"generated/{fact.__name__}" for fact in FACT_TYPES.values()}
    assert names == {
        *("package.json", "README.md"),
        *(f"dist/{module}{end}" for module in modules for end in (".js", ".d.ts")),
    }


def test_the_typescript_package_passes_the_corpus(typescript: Path) -> None:
    said = run([NODE, "test/corpus.mjs", str(CORPUS)], typescript)
    assert said == f"{cases()} cases, 0 failed\n"


ERASED_TWICE = """
import { LatestFacts } from "./dist/index.js";

const latest = new LatestFacts();
const take = (type, version) =>
  latest.take({ outcome: "fact", type, key: "7", fact: { user_id: 7, version } });
const updated = take("ongoza.user.updated.v1", 2);
const erased = [1, 2].map(() => take("ongoza.user.erased.v1", 3));
console.log(JSON.stringify([updated, ...erased, take("ongoza.user.updated.v1", 4)]));
"""


def test_a_record_of_an_erasure_that_comes_again_changes_nothing(typescript: Path) -> None:
    said = run([NODE, "--input-type=module", "--eval", ERASED_TWICE], typescript)
    assert json.loads(said) == [True, True, False, False]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"completion_percentage": 40.0', '"completion_percentage": 140.0'),
        ('"completion_percentage": 40.0', '"completion_percentage": "40"'),
        ('"content_id": "course-101"', '"content_id": "course"'),
        ('"version": 3', '"version": 0'),
        ('"updated_at": "2026-01-20T', '"updated_at": "2026-02-30T'),
    ],
)
def test_the_typescript_package_refuses_what_the_schema_refuses(
    typescript: Path, tmp_path: Path, before: str, after: str
) -> None:
    case = json.loads((CORPUS / "malformed.header-wrong-type.json").read_text())
    body = json.dumps(case["expect"]["fact"])
    assert before in body
    case["value"], case["expect"] = body, {"outcome": "fact", **case["expect"], "fact": {}}
    (tmp_path / "case.json").write_text(json.dumps(case))
    command = [NODE, "test/corpus.mjs", str(tmp_path)]
    assert run(command, typescript) == "1 cases, 0 failed\n"
    case["value"] = body.replace(before, after)
    case["expect"] = {"outcome": "refused", "code": "bad_payload"}
    (tmp_path / "case.json").write_text(json.dumps(case))
    assert run(command, typescript) == "1 cases, 0 failed\n"


def test_the_tarball_installs_offline_and_its_types_refuse_a_misuse(
    packages: dict[str, Path], typescript: Path, tmp_path: Path
) -> None:
    (tmp_path / "package.json").write_text('{"name": "mine", "type": "module", "private": true}')
    npm(tmp_path, "install", "--offline", "--no-audit", str(packages["ongoza-contracts"]))
    (tmp_path / "node_modules" / "@types").symlink_to(typescript / "node_modules" / "@types")
    script = tmp_path / "use.ts"
    script.write_text(USE)
    tsc = str(typescript / "node_modules" / "typescript" / "bin" / "tsc")
    options = ["--strict", "--module", "nodenext", "--target", "es2022", "--types", "node"]
    run([NODE, tsc, *options, "use.ts"], tmp_path)
    assert run([NODE, "use.js"], tmp_path) == "refused\n"
    script.write_text(USE.replace("fact.completion_percentage", "fact.completed"))
    with pytest.raises(Failed, match="'completed' does not exist"):
        run([NODE, tsc, *options, "--noEmit", "use.ts"], tmp_path)


def test_the_typescript_validator_knows_every_keyword_of_the_schemas() -> None:
    validator = (CONTRACTS / "typescript" / "src" / "validate.ts").read_text()
    annotations = ANNOTATIONS | {"$defs", "$ref", "default"}
    used = {word for one in schemas().values() for word in keywords(one)}
    assert {word for word in used - annotations if not word.startswith("x-")}
    for word in used - annotations:
        assert word.startswith("x-") or f".{word}" in validator, word


def keywords(node: Any) -> Iterator[str]:
    """Those of a schema and its parts, without the names of fields and definitions."""
    for word, part in node.items():
        yield word
        parts = part.values() if word in {"properties", "$defs"} else [part]
        parts = part if word == "anyOf" else parts
        for one in parts:
            if isinstance(one, dict) and word != "default":
                yield from keywords(one)
