"""The definitions of the dashboards' numbers as docs/numbers.md."""

from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "numbers.md"

INTRODUCTION = """\
# Numbers

Generated from core's dashboards by `make schemas`: what each number of an answer counts. Every
answer says in `as_of` when it was counted.

| number | unit | definition |
| --- | --- | --- |
"""


def render() -> str:
    """Django has to be set up."""
    return INTRODUCTION + "".join(f"{line}\n" for line in _rows())


def _rows() -> Iterator[str]:
    import core.config.urls  # noqa: F401  (loads every view, and with them the definitions)
    from core.kit.numbers import numbers

    for name, one in sorted(numbers().items()):
        yield f"| `{name}` | {one.unit} | {one.definition} |"
