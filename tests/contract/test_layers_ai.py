"""Every import rule of ai fails when it is violated: one violation of each is planted in a copy."""

import os
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULE = "[[tool.importlinter.contracts]]"
PYPROJECT = (ROOT / "pyproject.toml").read_text()
RULES = tomllib.loads(PYPROJECT)["tool"]["importlinter"]["contracts"]
LAYERS = next(
    [[name.strip() for name in layer.split("|")] for layer in rule["layers"]]
    for rule in RULES
    if rule.get("containers") == ["ai"]
)
"""From the highest layer to the lowest."""

UPWARD = [(lower[0], upper[0]) for upper, lower in pairwise(LAYERS) if upper != ["__main__"]]
SIDEWAYS = [layer[:2] for layer in LAYERS if len(layer) > 1]
FEATURES = [
    *("catalogue", "learners", "recommendations", "profiling", "personality", "coaching"),
    *("dashboard", "search"),
]
IO = ["asyncio", "asyncpg", "httpx", "fastapi", "starlette", "pgvector"]
KAFKA = ["aiokafka", "faststream", "confluent_kafka"]


def planted(source: str, target: str) -> str:
    """The name of the module that imports `target` from package or module `source`."""
    return (
        f"ai.{source}.planted_{target.replace('.', '_')}" if is_package(source) else f"ai.{source}"
    )


def is_package(name: str) -> bool:
    return (ROOT / "services/ai/ai" / name).is_dir()


IMPORTS = [
    *((source, f"ai.{target}") for source, target in [*UPWARD, *SIDEWAYS]),
    *((feature, library) for feature in FEATURES for library in IO),
    *(("projections", library) for library in KAFKA),
]


def lint(folder: Path) -> str:
    """What import-linter says of the copy of ai in `folder` under ai's own rules."""
    head, *rules = PYPROJECT[PYPROJECT.index("[tool.importlinter]") :].split(RULE)
    chosen = [rule for rule in rules if 'name = "ai: ' in rule]
    config = folder / "pyproject.toml"
    head = head.replace('["ongoza_contracts", "core", "ai"]', '["ai"]')
    config.write_text(RULE.join([head, *chosen]))
    done = subprocess.run(  # noqa: S603
        [Path(sys.executable).with_name("lint-imports"), "--config", config, "--no-cache"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.stdout + done.stderr


def copy(folder: Path) -> Path:
    package = folder / "ai"
    shutil.copytree(
        ROOT / "services/ai/ai", package, ignore=shutil.ignore_patterns("__pycache__", "model")
    )
    return package


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("violations")
    package = copy(folder)
    for source, target in IMPORTS:
        path = package / source / f"planted_{target.replace('.', '_')}.py"
        if is_package(source):
            path.write_text(f"import {target}\n")
        else:
            with (package / f"{source}.py").open("a") as module:
                module.write(f"\nimport {target}\n")
    return lint(folder)


@pytest.mark.slow
@pytest.mark.parametrize(("source", "target"), IMPORTS, ids=lambda name: name)
def test_a_planted_import_breaks_its_rule(report: str, source: str, target: str) -> None:
    assert f"{planted(source, target)} -> {target} (l." in report


def test_a_package_without_a_place_breaks_the_layers(tmp_path: Path) -> None:
    package = copy(tmp_path)
    (package / "newcomer").mkdir()
    (package / "newcomer/__init__.py").write_text("")
    assert "newcomer" in lint(tmp_path)


def test_the_copy_without_violations_keeps_every_rule(tmp_path: Path) -> None:
    copy(tmp_path)
    assert "0 broken" in lint(tmp_path)
