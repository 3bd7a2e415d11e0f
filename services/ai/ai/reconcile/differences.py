"""Differences between core and ai, and records that are still on the way. Pure."""

from dataclasses import dataclass, field, replace

from ai.projections.registry import Projection

DIFFERS, ON_THE_WAY = 2, 3
"""Exit codes."""


@dataclass(frozen=True, slots=True)
class Difference:
    projection: Projection
    key: str
    core: int | None
    """Core's version; None if core has no such entity."""
    ai: int | None
    guard: int | None = None
    """The version up to which ai ignores facts, also of a deleted entity."""
    erased: bool = False
    """Whether ai has erased the owner."""
    on_the_way: bool = False

    @property
    def kind(self) -> str:
        return self.projection.topic.kind

    @property
    def description(self) -> str:
        if self.on_the_way:
            return "on the way"
        if self.core is None:
            return "unknown to core"
        if self.ai is not None:
            return "older here" if self.ai < self.core else "newer here than in core"
        if self.erased:
            return "erased here"
        return "missing here" if (self.guard or 0) < self.core else "deleted here"


def classify(before: Difference, now: Difference, *, arrived: bool) -> Difference | None:
    """The difference that follows from two comparisons of an entity, or None. The second one read
    core before ai. `arrived`: between them the worker read all that core had committed before."""
    if now.core == now.ai:
        return None
    if now.core is not None and _is_ahead(before, now, now.core):
        return now
    if not arrived:
        return replace(now, on_the_way=True)
    if before.core is not None:
        lost = now.core is not None and (now.ai or 0) < before.core
    else:
        lost = now.core is None
    return now if lost else None  # else it has changed again meanwhile


def _is_ahead(before: Difference, now: Difference, core: int) -> bool:
    """Whether ai had a version that core never published: core's versions only rise."""
    if before.ai is not None:
        return before.ai > core
    return now.ai is None and (before.guard or 0) >= core


@dataclass(frozen=True, slots=True)
class RepublishCounts:
    """The keys that were published again because their last record was not the newest."""

    requested: int = 0
    """The number of keys that core was asked to publish again."""
    outdated: int = 0
    """The number of those keys whose last record is still older or missing."""


@dataclass(slots=True)
class Findings:
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)
    on_the_way: list[Difference] = field(default_factory=list)
    repaired: int = 0
    last_records: RepublishCounts = field(default_factory=RepublishCounts)

    def add(self, classified: list[Difference]) -> None:
        self.differences += [one for one in classified if not one.on_the_way]
        self.on_the_way += [one for one in classified if one.on_the_way]

    @property
    def exit_code(self) -> int:
        if self.differences:
            return DIFFERS
        return ON_THE_WAY if self.on_the_way or self.last_records.outdated else 0
