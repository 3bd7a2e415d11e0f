"""Write the files that are generated from the code, or check that the committed ones agree."""

import os
from collections.abc import Mapping
from pathlib import Path

import django
import typer

from scripts import access, configuration, metrics, number_definitions, retention
from scripts.capacity import page as capacity

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.command()
def write() -> None:
    """Write every file."""
    for path, text in files().items():
        path.write_text(text)


@app.command()
def check() -> None:
    """Fail with the name of each file that is missing or differs."""
    expected = files()
    differing = outdated(expected)
    for path in differing:
        print(f"{path} does not show what the code says: run `make schemas`")
    if differing:
        raise typer.Exit(1)
    print(f"pages: {len(expected)} files agree")


def outdated(expected: Mapping[Path, str]) -> list[Path]:
    return [
        path for path, text in expected.items() if not path.exists() or path.read_text() != text
    ]


def files() -> dict[Path, str]:
    """The text of each file. With the settings of the type checker, which need no server."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.typing_settings")
    django.setup()
    return {
        access.PAGE: access.render(),
        retention.PAGE: retention.render(),
        number_definitions.PAGE: number_definitions.render(),
        metrics.PAGE: metrics.render(),
        capacity.PAGE: capacity.render(),
        **configuration.files(),
    }


if __name__ == "__main__":
    app()
