"""The report of a restore: entities that came back, that ended again, and that are lost."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

LISTED = 20


class Outcome(Enum):
    WHOLE = "came back"
    PARTLY = "came back in part"
    KEPT = "changed since the restore: kept under a higher version"
    DELETED = "deleted again"
    ERASED = "erased again"
    ENDED = "ended: cannot be brought back"
    RENUMBERED = "id given twice: the newer user has another one"
    REMOVED = "lost: removal published"
    REFUSED = "not brought back: contradicts another row"


@dataclass
class Report:
    counts: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    keys: dict[tuple[str, Outcome], list[str]] = field(default_factory=lambda: defaultdict(list))
    """The first keys of each kind and outcome."""
    tokens_voided: int = 0

    def add(self, kind: str, outcome: Outcome, key: str) -> None:
        self.counts[kind, outcome] += 1
        if len(self.keys[kind, outcome]) < LISTED:
            self.keys[kind, outcome].append(key)

    @property
    def refused(self) -> int:
        return sum(n for (_, outcome), n in self.counts.items() if outcome is Outcome.REFUSED)

    def lines(self) -> Iterator[str]:
        """The table, without keys where everything came back."""
        for (kind, outcome), count in sorted(self.counts.items(), key=lambda one: one[0][0]):
            keys = ", ".join(self.keys[kind, outcome]) if outcome is not Outcome.WHOLE else ""
            yield f"{kind:14} {count:>8,}  {outcome.value:54}  {keys}".rstrip()
        yield f"{'users':14} {self.tokens_voided:>8,}  access tokens voided"
