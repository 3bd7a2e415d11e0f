"""The catalogue in memory, as arrays from which lists are computed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from ai.catalogue.item_neighbours import Floats, ItemNeighbours
from ai.kit.vectors import Matrix
from ongoza_contracts.vocabulary import ContentType, Track

TRACKS = tuple(Track)
LEVEL_MAX = 5
FRESH_DAYS = 14.0
"""The half-life of freshness."""
DUE_DAYS = 14.0
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
AXES, AXES_ITEMS_MIN = 64, 1000
"""The number of principal axes by which nearness is estimated, from this number of items on."""

Mask = NDArray[np.bool_]
Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Two columns of rows of the catalogue."""


@dataclass(frozen=True, slots=True)
class MissionTerms:
    """Until when, and how often, work for a mission is taken."""

    mission_id: UUID
    max_attempts: int | None = None
    """None is no limit."""
    closes_at: datetime | None = None
    """None is never: work is taken late as well, or it is not due."""
    due_at: datetime | None = None
    version: int = 0
    """The version of the mission's fact."""

    def is_over(self, at: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= at


@dataclass(frozen=True, slots=True)
class Item:
    content_id: str
    content_type: ContentType
    title: str
    description: str
    track: Track
    level: int
    """1 to 5."""
    prerequisites: tuple[str, ...]
    retired: bool
    learners: int
    """How many learners started or completed it."""
    skills: tuple[str, ...] = ()
    version: int = 0
    """The version of the item's fact."""
    published_at: datetime = LONG_AGO
    course_id: str | None = None
    """The course a module belongs to."""
    mission: MissionTerms | None = None
    """Of a mission whose work is handed in."""
    duration_minutes: int = 1


def soon(days: float, within: float) -> float:
    """0 for what is over or further away than `within` days, and nearly 1 for what is near."""
    return 1 - days / within if 0 <= days < within else 0.0


def by_learners(counts: Floats) -> Floats:
    """0 to 1: log(1 + learners), relative to the item with most learners."""
    taken: Floats = np.log1p(counts)
    scaled: Floats = taken / np.float32(taken.max(initial=1))
    return scaled


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Immutable; whatever does not depend on a learner is computed once."""

    items: Sequence[Item]
    vectors: Matrix
    """Row n is item n's unit vector, or zeros, which are near to nothing, while it has none."""
    revision: int = 0
    """The catalogue's revision in the database when it was read."""
    as_of: datetime = LONG_AGO
    """When the catalogue was read; freshness is relative to it."""
    item_neighbours: ItemNeighbours | None = field(default=None, repr=False)
    multipliers: Mapping[str, float] = field(default_factory=dict)
    """Of the weights of the parts of a score, as learned; by the name of the part."""

    def derive(self) -> None:
        """Computes every cached property now, so that no reader waits for it."""
        for name, found in vars(type(self)).items():
            if isinstance(found, cached_property):
                getattr(self, name)

    @cached_property
    def neighbours(self) -> ItemNeighbours:
        return self.item_neighbours or ItemNeighbours.nothing(len(self.items))

    @cached_property
    def texts(self) -> dict[str, bytes]:
        """By content id, items as answers show them: filled in when they are needed."""
        return {}

    @cached_property
    def position(self) -> Mapping[str, int]:
        return {item.content_id: place for place, item in enumerate(self.items)}

    @cached_property
    def retired(self) -> Mask:
        """Retired, or a module of a retired course."""
        found = {item.content_id for item in self.items if item.retired}
        return np.array([item.retired or item.course_id in found for item in self.items], np.bool_)

    @cached_property
    def offered(self) -> Mask:
        """Not retired, and with every prerequisite in the catalogue, so that it can be
        completed."""
        complete = [
            all(need in self.position for need in item.prerequisites) for item in self.items
        ]
        return np.array(complete, np.bool_) & ~self.retired

    @cached_property
    def missions(self) -> Sequence[tuple[int, MissionTerms]]:
        """The rows of missions whose work is handed in."""
        return [(place, item.mission) for place, item in enumerate(self.items) if item.mission]

    @cached_property
    def over(self) -> Mask:
        """Missions that take no more work of anybody as of `as_of`."""
        over = np.zeros(len(self.items), np.bool_)
        over[[place for place, one in self.missions if one.is_over(self.as_of)]] = True
        return over

    @cached_property
    def limits(self) -> Mapping[UUID, tuple[int, int]]:
        """By mission id, its row and the number of attempts that it allows."""
        return {
            one.mission_id: (place, one.max_attempts)
            for place, one in self.missions
            if one.max_attempts is not None
        }

    def closed(self, attempts: Mapping[UUID, int]) -> Mask:
        """Missions that take no more work as of `as_of`, or no new attempt of a learner with these
        numbers of attempts, by mission id."""
        closed = self.over.copy()
        for mission_id in attempts.keys() & self.limits.keys():
            place, limit = self.limits[mission_id]
            closed[place] |= attempts[mission_id] >= limit
        return closed

    @cached_property
    def needs(self) -> Pairs:
        """Each item beside one of its prerequisites."""
        return _pairs(
            (place, self.position[need])
            for place, item in enumerate(self.items)
            for need in dict.fromkeys(item.prerequisites)
            if need in self.position
        )

    @cached_property
    def open_needs(self) -> Pairs:
        """The `needs` of which the prerequisite can be completed: it is not retired."""
        items, needs = self.needs
        open_ = ~self.retired[needs]
        return items[open_], needs[open_]

    @cached_property
    def modules(self) -> Pairs:
        """Each course beside one of its modules that are not retired."""
        return _pairs(
            (self.position[item.course_id], place)
            for place, item in enumerate(self.items)
            if item.course_id and item.course_id in self.position and not self.retired[place]
        )

    @cached_property
    def course_of(self) -> NDArray[np.intp]:
        """For each item its course's row if it is a module on offer, else its own."""
        courses, modules = self.modules
        of = np.arange(len(self.items))
        of[modules] = courses
        return of

    @cached_property
    def of_track(self) -> Matrix:
        """Row per item, column per track: 1 where the item belongs to the track."""
        tracks = [TRACKS.index(item.track) for item in self.items]
        return np.eye(len(TRACKS), dtype=np.float32)[tracks]

    @cached_property
    def centres(self) -> Matrix:
        """Row per track: the mean of its items' vectors, not normalised."""
        counts = np.maximum(self.of_track.sum(axis=0), 1)
        centres: Matrix = (self.of_track.T @ self.vectors) / counts[:, None]
        return centres

    @cached_property
    def axes(self) -> Matrix:
        """Column per axis: the principal axes of the vectors; of a small catalogue all axes."""
        if len(self.items) < AXES_ITEMS_MIN:
            return np.eye(self.vectors.shape[1], dtype=np.float32)
        _, axes = np.linalg.eigh(self.vectors.T @ self.vectors)
        return np.ascontiguousarray(axes[:, -AXES:])

    @cached_property
    def projected(self) -> Matrix:
        """Row per item: its vector on the `axes`."""
        return self.vectors @ self.axes

    @cached_property
    def levels(self) -> Floats:
        return np.array([item.level for item in self.items], np.float32)

    @cached_property
    def popularity(self) -> Floats:
        return by_learners(np.array([item.learners for item in self.items], np.float32))

    @cached_property
    def freshness(self) -> Floats:
        """0 to 1: 1 when just published, halved every FRESH_DAYS."""
        days = [(self.as_of - item.published_at).total_seconds() / 86400 for item in self.items]
        fresh: Floats = np.exp2(-np.maximum(np.array(days, np.float32), 0) / FRESH_DAYS)
        return fresh

    @cached_property
    def due(self) -> Floats:
        """0 to 1: rises to 1 within the last DUE_DAYS before a mission is due; 0 for others."""
        due = np.zeros(len(self.items), np.float32)
        for place, mission in self.missions:
            if mission.due_at is not None:
                due[place] = soon((mission.due_at - self.as_of) / timedelta(days=1), DUE_DAYS)
        return due

    @cached_property
    def types(self) -> Mapping[ContentType, Mask]:
        types = [item.content_type for item in self.items]
        return {one: np.array([each is one for each in types], np.bool_) for one in ContentType}


def _pairs(pairs: Iterable[tuple[int, int]]) -> Pairs:
    table = np.array([*pairs], np.intp).reshape(-1, 2)
    return table[:, 0], table[:, 1]
