"""Print the definitions of the dashboards' numbers as docs/numbers.md, or check the page."""

import os
from collections.abc import Iterator
from pathlib import Path

import django
import typer

PAGE = Path(__file__).parents[1] / "docs" / "numbers.md"

INTRODUCTION = """\
# Numbers

Generated from core's dashboards by `make schemas`: what each number of an answer counts. Every
answer says in `as_of` when it was counted.

| number | unit | definition |
| --- | --- | --- |
"""

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.command()
def write(page: Path = PAGE) -> None:
    """Write the page."""
    page.write_text(render())


@app.command()
def check(page: Path = PAGE) -> None:
    """Fail unless the page shows the present definitions."""
    if not page.exists() or page.read_text() != render():
        print(f"{page} does not show the definitions of numbers: run `make schemas`")
        raise typer.Exit(1)
    print("numbers: the page agrees")


def render() -> str:
    """The page; with the settings of the type checker, which need no server."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.typing_settings")
    django.setup()
    return INTRODUCTION + "".join(f"{line}\n" for line in _rows())


def _rows() -> Iterator[str]:
    import core.config.urls  # noqa: F401  (loads every view, and with them the definitions)
    from core.kit.numbers import numbers

    for name, one in sorted(numbers().items()):
        yield f"| `{name}` | {one.unit} | {one.definition} |"


if __name__ == "__main__":
    app()
