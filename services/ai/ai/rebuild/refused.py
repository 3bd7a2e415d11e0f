"""Why a rebuild does not make its generation live."""

from collections.abc import Iterable

from ai.rebuild.compare import Comparison


class RebuildRefused(RuntimeError):
    """The text says why, for the operator."""


LOST_PAGE = 'see "A topic was lost" in docs/operate-replay.md'


class Differs(RebuildRefused):
    def __init__(self, comparison: Comparison, lost: Iterable[str]) -> None:
        reasons = [*comparison.reasons]
        if names := ", ".join(lost):
            reasons.append(f"{names} lost records: {LOST_PAGE}")
        super().__init__("the new generation differs from the live one: " + "; ".join(reasons))
        self.comparison = comparison
