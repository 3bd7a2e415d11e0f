"""Writes rows of competencies."""

from collections.abc import Mapping
from typing import Any, ClassVar

from core.imports.services import InvalidRow, Outcome
from core.kit.errors import DomainError
from core.programs.competencies import set_competency


class CompetencyWriter:
    """Creates competencies and corrects names; what a file leaves out stays."""

    fields: ClassVar[Mapping[type[DomainError], str]] = {}

    def __init__(self) -> None:
        self._written: set[tuple[str, str]] = set()

    def write(self, values: dict[str, Any]) -> Outcome:
        """Raises InvalidRow."""
        key = (values["framework"], values["code"])
        if key in self._written:
            raise InvalidRow("code", "An earlier row is of the same competency.")
        _, before = set_competency(**values)
        self._written.add(key)
        if before == values["name"]:
            return Outcome.UNCHANGED
        return Outcome.CREATED if before is None else Outcome.CHANGED
