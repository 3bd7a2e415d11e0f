"""Replaces numbers, dates and times of advice with placeholders. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

NUMBER = re.compile(r"\d+(?:[-:.,]\d+)*")
PLACEHOLDER = re.compile(r"\{(\d+)\}")


class Wording(NamedTuple):
    text: str
    why_now: str


def replace_numbers(wording: Wording) -> tuple[Wording, Sequence[str]]:
    """The wording with `{1}`, `{2}` and so on, and what they stand for."""
    values: list[str] = []

    def keep(found: re.Match[str]) -> str:
        values.append(found[0])
        return f"{{{len(values)}}}"

    return Wording(*(NUMBER.sub(keep, part) for part in wording)), values


def fill(wording: Wording, values: Sequence[str]) -> Wording:
    parts = (PLACEHOLDER.sub(lambda found: values[int(found[1]) - 1], one) for one in wording)
    return Wording(*parts)
