"""Check that migrations since the last release only expand the schema, or say why they may not.

The last release runs on the new schema while the new one is installed, and again after a
roll-back: see docs/decisions/0107-expand-then-contract.md.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import django
import typer

from scripts.upgrade import sql_rules
from scripts.upgrade.release import (
    PROJECT,
    UnknownRelease,
    changes_since,
    is_allowed,
    last_release,
)

AI = "services/ai/ai/migrations/[0-9]*.sql"
CORE = "services/core/core/*/migrations/[0-9]*.py"

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.callback()
def main() -> None:
    """Keeps `check` a command of its own."""


@app.command()
def check() -> None:
    """Fail with the name of each migration that the last release would not survive.

    A clone that does not have the last release, such as a shallow one, fails only in CI.
    """
    try:
        release = last_release()
    except UnknownRelease as error:
        print(f"migrations: not checked, {error}")
        raise typer.Exit(1 if os.environ.get("CI") == "true" else 0) from None
    ai, core = changes_since(release, [AI]), changes_since(release, [CORE])
    altered = [
        f"{path.relative_to(PROJECT)}: is a part of the last release: add another migration instead"
        for path in (*ai.altered, *core.altered)
    ]
    faults = [
        f"{path.relative_to(PROJECT)}: {fault}"
        for path, fault in (*_of_ai(ai.added), *_of_core(core.added))
        if not is_allowed(path.read_text(), release)
    ]
    for fault in (*altered, *faults):
        print(fault)
    if faults:
        print("Expand now, contract in a later release, or write why it is allowed: record 107.")
    if faults or altered:
        raise typer.Exit(1)
    print(f"migrations: {len(ai.added) + len(core.added)} since {release[:10]}, all only expand")


def _of_ai(added: tuple[Path, ...]) -> Iterator[tuple[Path, str]]:
    new: frozenset[str] = frozenset()
    for path in added:
        sql = path.read_text()
        yield from ((path, fault) for fault in sql_rules.faults(sql, new))
        new |= sql_rules.created_tables(sql)


def _of_core(added: tuple[Path, ...]) -> Iterator[tuple[Path, str]]:
    """With the settings of the type checker, which need no server."""
    if not added:
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.typing_settings")
    django.setup()
    from scripts.upgrade.django_migrations import faults_of  # reads settings

    yield from faults_of(added)


if __name__ == "__main__":
    app()
