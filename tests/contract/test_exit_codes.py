"""docs/operate-exit-codes.md names every exit code and limit, with the values of the code."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from gunicorn.arbiter import Arbiter

from ai import worker
from ai.erasure import command as erasure
from ai.kit import broker
from ai.kit.settings import Settings
from ai.operations import command as parked
from ai.operations import unerase
from ai.projections import subscriber
from ai.projections.parked import WINDOW
from ai.rebuild import command as rebuild
from ai.reconcile import command as reconcile
from ai.reconcile import differences
from infra.kafka import __main__ as kafka
from ongoza_contracts.http.reconcile import VERSION_GAP_MAX, VERSION_STEP_MAX

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operate-exit-codes.md").read_text()

UVICORN_STARTUP_FAILURE = 3
CODES = {
    "ai serve": {0, 1, UVICORN_STARTUP_FAILURE},
    "ai worker": {
        *(0, subscriber.UNEXPECTED, subscriber.PARKED_TOO_MANY),
        *(worker.STUCK, worker.OTHER_MODEL, broker.UNREADABLE),
    },
    "ai migrate": {0, 1},
    "ai rebuild": {0, 1, rebuild.DIFFERS, subscriber.PARKED_TOO_MANY},
    "ai reconcile": {0, 1, differences.DIFFERS, differences.ON_THE_WAY},
    "ai erasure": {0, 1, erasure.LEFT},
    "ai parked": {0, 1, parked.REFUSED},
    "ai unerase": {0, 1, unerase.NO_SUCH_USER},
    "ai forecast": {0, 1},
    "ai learn": {0, 1},
    "ai neighbours": {0, 1},
    "gunicorn core": {0, 1, Arbiter.WORKER_BOOT_ERROR, Arbiter.APP_LOAD_ERROR},
    "core relay_outbox": {0, 1},
    "core refill_topic": {0, 1},
    "core verify_report": {0, 1, 2},
    "infra.kafka": {kafka.SAME, kafka.WRONG, kafka.DIFFERENT},
}
LIMITS = {
    "`WORKER_PARKED_SHARE`": Settings.model_fields["worker_parked_share"].default,
    "`WORKER_STUCK_SECONDS`": Settings.model_fields["worker_stuck_seconds"].default,
    "`--patience` of `ai reconcile`": reconcile.PATIENCE_SECONDS,
    "`VERSION_GAP_MAX`": VERSION_GAP_MAX,
    "`VERSION_STEP_MAX`": VERSION_STEP_MAX,
}
# Which commands run a module that may end its process.
COMMANDS = {
    "ai/__main__.py": {*(name for name in CODES if name.startswith("ai "))},
    "ai/worker.py": {"ai worker"},
    "ai/migrate.py": {"ai migrate"},
    "ai/reconcile/command.py": {"ai reconcile"},
    "ai/recommendations/command.py": {"ai learn"},
    "ai/recommendations/refresh.py": {"ai neighbours"},
    "ai/rebuild/command.py": {"ai rebuild"},
    "ai/erasure/command.py": {"ai erasure"},
    "ai/operations/command.py": {"ai parked"},
    "ai/operations/unerase.py": {"ai unerase"},
    "ai/dashboard/command.py": {"ai forecast"},
    "ai/kit/broker.py": {"ai worker"},
    "ai/projections/subscriber.py": {"ai worker", "ai rebuild"},
}
EXITS = {"exit", "exit_process", "Exit"}


def rows(heading: str) -> list[list[str]]:
    table = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_page_names_every_exit_code() -> None:
    named: dict[str, set[int]] = {}
    for command, code, meaning, _ in rows("Exit codes"):
        named.setdefault(command.strip("`"), set()).add(int(code))
        assert meaning, command
    assert named == CODES


def test_the_servers_codes_are_theirs() -> None:
    # `uvicorn.main` is also the name of a command there.
    assert import_module("uvicorn.main").STARTUP_FAILURE == UVICORN_STARTUP_FAILURE


def test_the_page_names_every_limit_with_its_value() -> None:
    assert {name: float(value) for name, value, _ in rows("Limits")} == LIMITS
    assert f"share of the last {WINDOW} records" in PAGE


def exits(source: Path) -> Iterator[ast.Call]:
    """The calls that end the process."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in EXITS:
                yield node


def codes(argument: ast.expr, module: object) -> Iterator[int]:
    """The codes that an argument may have; a text is code 1."""
    match argument:
        case ast.JoinedStr() | ast.Constant(value=str()):
            yield 1
        case ast.Constant(value=int() as code):
            yield code
        case ast.Name(id=name) if isinstance(getattr(module, name, None), int):
            yield getattr(module, name)
        case ast.IfExp(body=body, orelse=other):
            yield from codes(body, module)
            yield from codes(other, module)


def modules_that_exit() -> list[str]:
    services = ROOT / "services" / "ai"
    found = (path for path in services.rglob("*.py") if any(exits(path)))
    return sorted(str(path.relative_to(services)) for path in found)


def test_every_module_of_ai_that_ends_its_process_is_known() -> None:
    assert modules_that_exit() == sorted(COMMANDS)


@pytest.mark.parametrize("module", COMMANDS)
def test_no_module_ends_its_process_with_a_code_that_the_page_does_not_name(module: str) -> None:
    path = ROOT / "services" / "ai" / module
    loaded = import_module(module.removesuffix(".py").replace("/", "."))
    used = {code for call in exits(path) for code in codes(call.args[0], loaded)}
    assert used
    for command in COMMANDS[module]:
        assert used <= CODES[command], command


def test_a_code_that_is_not_documented_would_be_found(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("import sys\nsys.exit(0 if good else LEFT)\nexit_process(9, 'why')\n")
    found = [code for call in exits(source) for code in codes(call.args[0], erasure)]
    assert found == [0, erasure.LEFT, 9]


def test_links_in_the_page_name_headings() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lower().lstrip("# ")).replace(" ", "-")
        for line in (ROOT / "docs" / "operate-replay.md").read_text().splitlines()
        if line.startswith("#")
    }
    assert {*re.findall(r"operate-replay\.md#([\w-]+)", PAGE)} <= headings
