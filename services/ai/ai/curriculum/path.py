"""The shortest path to a set of goals over items with prerequisites. Pure."""

import heapq
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

VISITS_MAX = 100_000
"""The most items that the search for a shorter path looks at, in about a tenth of a second."""

Goals = Mapping[str, Set[str]]
"""Each goal with the ids of the items of which any one reaches it."""


@dataclass(frozen=True, slots=True)
class PathItem:
    content_id: str
    minutes: int
    level: int
    needs: frozenset[str] = frozenset()
    """The ids of the items to complete first."""


@dataclass(frozen=True, slots=True)
class Path:
    order: tuple[str, ...]
    """The items to complete, each after what it needs."""
    unreachable: tuple[str, ...] = ()
    """The goals that no item reaches which can be completed."""
    is_shortest: bool = True
    """Whether no other path takes less time."""


def shortest_path(steps: Mapping[str, PathItem], done: Set[str], goals: Goals) -> Path:
    """The items that reach all goals in the least time, with everything they need.

    Items that need each other, or one that is neither a step nor done, cannot be completed.
    """
    order = completable(steps, done)
    place = {content_id: number for number, content_id in enumerate(order)}
    wanted = [
        (goal, sum(1 << place[one] for one in items if one in place))
        for goal, items in sorted(goals.items())
        if not items & done
    ]
    unreachable = tuple(goal for goal, items in wanted if not items)
    search = _Search(
        [steps[content_id].minutes for content_id in order],
        _closures(order, steps, place),
        [items for _, items in wanted if items],
    )
    chosen, is_shortest = search.run()
    return Path(tuple(order[one] for one in _bits(chosen)), unreachable, is_shortest)


def completable(steps: Mapping[str, PathItem], done: Set[str]) -> list[str]:
    """The items that are not done and can be completed, each after what it needs; among those that
    can be begun at the same time, the lowest level and the shortest first."""
    waiting = {one: set(step.needs - done) for one, step in steps.items() if one not in done}
    dependents: dict[str, list[str]] = {}
    for content_id, needs in waiting.items():
        for need in needs:
            dependents.setdefault(need, []).append(content_id)
    ready = [_rank(steps[content_id]) for content_id, needs in waiting.items() if not needs]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        *_, content_id = heapq.heappop(ready)
        order.append(content_id)
        for dependent in dependents.get(content_id, ()):
            waiting[dependent].discard(content_id)
            if not waiting[dependent]:
                heapq.heappush(ready, _rank(steps[dependent]))
    return order


def minutes_with_needs(steps: Mapping[str, PathItem], done: Set[str]) -> dict[str, int]:
    """The time of each item that can be completed, together with all that it needs."""
    order = completable(steps, done)
    place = {content_id: number for number, content_id in enumerate(order)}
    closures = _closures(order, steps, place)
    return {
        content_id: sum(steps[order[one]].minutes for one in _bits(closure))
        for content_id, closure in zip(order, closures, strict=True)
    }


def _rank(step: PathItem) -> tuple[int, int, str]:
    return step.level, step.minutes, step.content_id


def _closures(
    order: Sequence[str], steps: Mapping[str, PathItem], place: Mapping[str, int]
) -> list[int]:
    """For each item the set of itself and all that it needs, as a bit mask of places in `order`."""
    closures: list[int] = []
    for number, content_id in enumerate(order):
        closure = 1 << number
        for need in steps[content_id].needs:
            if need in place:  # the others are done
                closure |= closures[place[need]]
        closures.append(closure)
    return closures


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


class _Search:
    """Branch and bound over sets of items, as bit masks of places."""

    def __init__(self, minutes: list[int], closures: list[int], goals: list[int]) -> None:
        self._minutes = minutes
        self._closures = closures
        self._goals = sorted(goals, key=int.bit_count)
        self._visits = 0
        relevant = 0
        for items in goals:
            for one in _bits(items):
                relevant |= closures[one]
        self._reaches = dict.fromkeys(_bits(relevant), 0)
        """For each item that may be chosen, the set of goals that it reaches."""
        for number, items in enumerate(self._goals):
            for one in _bits(items):
                self._reaches[one] |= 1 << number
        self._best, self._best_minutes = self._greedy()

    def run(self) -> tuple[int, bool]:
        """The best set, and whether no other takes less time."""
        self._branch(0, 0, (1 << len(self._goals)) - 1, 0)
        return self._best, self._visits < VISITS_MAX

    def _branch(self, chosen: int, minutes: int, open_goals: int, banned: int) -> None:
        """Looks for a better set that includes `chosen` and nothing that is banned."""
        if not open_goals:
            if minutes < self._best_minutes:
                self._best, self._best_minutes = chosen, minutes
            return
        self._visits += len(self._reaches)
        if self._visits >= VISITS_MAX:
            return
        if minutes + self._bound(open_goals, banned) >= self._best_minutes:
            return
        for added, one in self._options(chosen, open_goals, banned):
            if minutes + added < self._best_minutes:
                more = self._closures[one] & ~chosen
                rest = self._still_open(open_goals, more)
                self._branch(chosen | more, minutes + added, rest, banned)
            banned |= 1 << one  # every set with it was looked at

    def _options(self, chosen: int, open_goals: int, banned: int) -> list[tuple[int, int]]:
        """The added time and place of the items that reach the goal which fewest items reach."""
        goal = (open_goals & -open_goals).bit_length() - 1
        usable = [one for one in _bits(self._goals[goal]) if not self._closures[one] & banned]
        return sorted((self._time(self._closures[one] & ~chosen), one) for one in usable)

    def _bound(self, open_goals: int, banned: int) -> float:
        """At most the time that the open goals still take: each item's time is divided among the
        goals that it reaches, and each goal counts with its smallest part."""
        parts: dict[int, float] = {}
        for one, reaches in self._reaches.items():
            reached = reaches & open_goals
            if reached and not self._closures[one] & banned:
                part = self._minutes[one] / reached.bit_count()
                for goal in _bits(reached):
                    parts[goal] = min(parts.get(goal, part), part)
        if len(parts) < open_goals.bit_count():
            return float("inf")
        return sum(parts.values()) - 1e-6  # sums of fractions may be a little too large

    def _greedy(self) -> tuple[int, int]:
        """A good set: for the goal that fewest items reach, the item that reaches most goals for
        its time."""
        chosen, open_goals = 0, (1 << len(self._goals)) - 1
        while open_goals:
            options = self._options(chosen, open_goals, 0)
            _, best = min(
                (added / (self._reaches[one] & open_goals).bit_count(), one)
                for added, one in options
            )
            more = self._closures[best] & ~chosen
            chosen, open_goals = chosen | more, self._still_open(open_goals, more)
        return chosen, self._time(chosen)

    def _still_open(self, open_goals: int, more: int) -> int:
        for one in _bits(more):
            open_goals &= ~self._reaches[one]
        return open_goals

    def _time(self, items: int) -> int:
        return sum(self._minutes[one] for one in _bits(items))
