"""The layer contracts of core refuse what they are there to refuse."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]
CORE = PROJECT / "services" / "core" / "core"
LINTER = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
APPS = "core: apps depend in one direction"
MODULES = "core: an app's modules depend in one direction"
REGISTRY = "core: published rows are written through the registry alone"
PAST = "core: the demo data alone writes at a past time"
KAFKA = "core: one place speaks to Kafka"
HTTP = "core: models and services do not know HTTP"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of core with the contracts that are about core alone."""
    folder = tmp_path_factory.mktemp("layers")
    shutil.copytree(CORE, folder / "core", ignore=shutil.ignore_patterns("__pycache__", "*.toml"))
    (folder / "pyproject.toml").write_text(_configuration())
    return folder


def _configuration() -> str:
    ours = [one for one in LINTER["contracts"] if one["name"].startswith("core: ")]
    sections = [
        "[tool.importlinter]\nroot_packages = ['core']\ninclude_external_packages = true\n",
        *("[[tool.importlinter.contracts]]\n" + _table(contract) for contract in ours),
    ]
    return "\n".join(sections)


def _table(contract: dict[str, Any]) -> str:
    """TOML writes texts, truth values and lists of texts as JSON does."""
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in contract.items())


def lint(tree: Path) -> str:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run(  # noqa: S603
        [*command, "--no-cache"], cwd=tree, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    assert (done.returncode == 0) == (" BROKEN" not in done.stdout)
    return done.stdout


def test_core_breaks_no_contract(tree: Path) -> None:
    assert " BROKEN" not in lint(tree)


PLANTED = [
    ("kit/ids.py", "import core.outbox.models", APPS),
    ("outbox/relay.py", "import core.users.models", APPS),
    ("users/views.py", "import core.erasure.services", APPS),
    ("organizations/models.py", "import core.programs.models", APPS),
    ("programs/services.py", "import core.progress.models", APPS),
    ("progress/services.py", "import core.feedback.models", APPS),
    ("erasure/services.py", "import core.reconcile.selectors", APPS),
    ("demo/plant.py", "import core.config.settings", APPS),
    ("kit/pagination.py", "if TYPE_CHECKING:\n    import core.users.models", APPS),
    ("unplaced/__init__.py", "", APPS),
    ("feedback/models.py", "import core.feedback.publications", MODULES),
    ("feedback/publications.py", "import core.feedback.selectors", MODULES),
    ("users/models.py", "import core.users.services", MODULES),
    ("feedback/selectors.py", "import core.feedback.services", MODULES),
    ("programs/services.py", "import core.programs.serializers", MODULES),
    ("programs/serializers.py", "import core.programs.views", MODULES),
    ("programs/views.py", "import core.programs.urls", MODULES),
    ("programs/admin.py", "import core.programs.views", MODULES),
    ("progress/services.py", "from core.outbox.append import append", REGISTRY),
    ("progress/services.py", "from core.kit.past import happened_at", PAST),
    ("outbox/relay.py", "import confluent_kafka", KAFKA),
    ("feedback/services.py", "import rest_framework", HTTP),
]
"""A module, a line that is added to it, and the contract that it breaks."""


@pytest.fixture(scope="module")
def planted(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a tree with every line of `PLANTED`."""
    folder = tmp_path_factory.mktemp("planted") / "tree"
    shutil.copytree(tree, folder)
    for module, line, _ in PLANTED:
        file = folder / "core" / module
        file.parent.mkdir(exist_ok=True)
        with file.open("a") as text:
            text.write(f"\n{line}\n")
    return lint(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "line", "contract"), PLANTED, ids=lambda value: value.partition("\n")[0]
)
def test_a_planted_import_breaks_its_contract(
    module: str, line: str, contract: str, planted: str
) -> None:
    importer = "core." + module.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    imported = re.search(r"(?:import|from) ([\w.]+)", line)
    said = (
        rf"-\s+{importer} -> {imported[1]} \(l\.\d+\)\n(?=\n|-)"  # and not by way of others
        if imported
        else rf"not listed as layers:\n\n- {importer}\n"
    )
    assert f"\n{contract} BROKEN" in planted
    assert re.search(said, said_of(contract, planted))


def said_of(contract: str, planted: str) -> str:
    """Its part of the explanations, which ends where the next contract begins."""
    begin = planted.index(f"\n{contract}\n{'-' * len(contract)}\n")
    return re.split(r"\ncore: .*\n-+\n", planted[begin + 1 :].partition("\n\n")[2])[0]
