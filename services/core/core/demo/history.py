"""A learner's way through the catalogue, one progress step after another.

The way is chance with reasons: tracks the learner leans to, a goal and what leads there, the level
within reach, and whatever follows from the last things learnt. A recommender that looks at those
has something to find; one that only counts what is popular misses most of it.

Only arithmetic that is exact everywhere goes into a choice, so that a seed means the same history
on every machine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from core.demo.items import Catalogue, Item
from ongoza_contracts.vocabulary import ProgressStatus, Track

PASS_MARK = 50.0
FEWEST_ITEMS = 2


@dataclass(frozen=True)
class Traits:
    """The traits of a learner. The product sees their effects alone."""

    interests: Mapping[Track, float]
    """Leaning to each track; they sum to 1."""
    goal: str
    """The advanced item the learner dreams of finishing."""
    hours_per_week: float
    persistence: float
    """0 to 1: carries on with what was begun, tries again after a failure."""
    ability: float
    """0 to 1."""
    appetite: int
    """About how many items are taken before the interest is spent."""


@dataclass(frozen=True)
class ProgressStep:
    """The report of the learner's client at one moment."""

    content_id: str
    status: ProgressStatus
    completion_percentage: float
    score: float | None
    at: datetime


def walk(
    catalogue: Catalogue, traits: Traits, rng: Random, start: datetime, until: datetime
) -> tuple[ProgressStep, ...]:
    """Everything the learner reports from `start` to `until`, in order of time."""
    journey = _Journey(catalogue, traits, rng, start)
    while journey.goes_on(until):
        journey.take_next()
    return tuple(step for step in journey.steps if step.at <= until)


class _Journey:
    def __init__(self, catalogue: Catalogue, traits: Traits, rng: Random, start: datetime) -> None:
        self.catalogue = catalogue
        self.traits = traits
        self.rng = rng
        self.now = start
        self.steps: list[ProgressStep] = []
        self.touched: set[str] = set()
        self.begun: set[str] = set()
        self.completed: list[Item] = []
        self.path = _leading_to(catalogue, traits.goal)
        self.units = (*catalogue.courses, *catalogue.missions)
        self.stopped = False

    def goes_on(self, until: datetime) -> bool:
        return not self.stopped and self.now < until and len(self.touched) < self.traits.appetite

    def take_next(self) -> None:
        choices = self._open_items()
        if not choices:
            self.stopped = True
            return
        item = self._choose(choices)
        if self.rng.random() < 0.05:
            self._report(item, ProgressStatus.NOT_STARTED, 0)  # put on the list for another day
        else:
            self._study(item)
        self.now += timedelta(days=self.rng.triangular(0.5, 14, 2))
        leaves = self.rng.random() < 0.06 * (1 - self.traits.persistence)
        self.stopped = leaves and len(self.touched) >= FEWEST_ITEMS

    # choosing

    def _open_items(self) -> list[Item]:
        done = {item.content_id for item in self.completed}
        return [
            item
            for item in self.units
            if item.content_id not in self.begun and done.issuperset(item.prerequisites)
        ]

    def _choose(self, choices: list[Item]) -> Item:
        if self.rng.random() < 0.07:
            return self.rng.choice(choices)  # plain curiosity
        return self.rng.choices(choices, [self._appeal(item) for item in choices])[0]

    def _appeal(self, item: Item) -> float:
        goal_skills = self.catalogue.by_id[self.traits.goal].skills
        recent = self.completed[-3:]
        appeal = self.traits.interests[item.track] * self._fit(item)
        appeal *= 4 if item.content_id in self.path else 1
        appeal *= 1 + _shared(item.skills, goal_skills)
        appeal *= 1 + 0.7 * sum(_shared(item.skills, done.skills) for done in recent)
        if any(done.content_id in item.prerequisites for done in recent):
            appeal *= 3
        return appeal

    def _fit(self, item: Item) -> float:
        """How well the level suits the learner by now."""
        return {-1: 0.6, 0: 1.0, 1: 0.7, 2: 0.05}.get(item.level - self._comfort(item.track), 0.2)

    def _comfort(self, track: Track) -> int:
        """The level the learner feels at home at, in one track."""
        practised = sum(item.track == track for item in self.completed)
        return min(5, 1 + int(practised * (0.25 + 0.25 * self.traits.ability)))

    # studying

    def _study(self, item: Item) -> None:
        self.begun.add(item.content_id)
        self._report(item, ProgressStatus.IN_PROGRESS, self.rng.randint(0, 10))
        modules = self.catalogue.modules_of(item.content_id)
        studied = self._study_modules(item, modules) if modules else self._study_alone(item)
        if studied:
            self._finish(item)

    def _study_alone(self, item: Item) -> bool:
        if self._gives_up():
            return False
        self._spend(item.duration_minutes / 2)
        if self.rng.random() < 0.3:
            self._report(item, ProgressStatus.IN_PROGRESS, self.rng.randint(30, 70))
        self._spend(item.duration_minutes / 2)
        return not self._gives_up()

    def _study_modules(self, course: Item, modules: tuple[Item, ...]) -> bool:
        for number, module in enumerate(modules, start=1):
            self.begun.add(module.content_id)
            if self._gives_up():
                self._report(module, ProgressStatus.IN_PROGRESS, self.rng.randint(5, 60))
                return False
            self._spend(module.duration_minutes)
            self._report(module, ProgressStatus.COMPLETED, 100)
            self.completed.append(module)
            if number < len(modules):
                share = round(100 * number / len(modules))
                self._report(course, ProgressStatus.IN_PROGRESS, share)
        return True

    def _finish(self, item: Item) -> None:
        """Take the test, and take it again after a failure while persistence lasts."""
        for attempt in range(3):
            score = self._score(item, attempt)
            if score >= PASS_MARK:
                self._report(item, ProgressStatus.COMPLETED, 100, score)
                self.completed.append(item)
                return
            self._report(item, ProgressStatus.FAILED, 100, score)
            if self.rng.random() > self.traits.persistence:
                return
            self._spend(item.duration_minutes / 3)
            self._report(item, ProgressStatus.IN_PROGRESS, self.rng.randint(50, 90))
            self._spend(item.duration_minutes / 3)

    def _score(self, item: Item, attempt: int) -> float:
        excess_level = item.level - self._comfort(item.track)
        expected = 52 + 32 * self.traits.ability - 8 * max(0, excess_level) + 9 * attempt
        return round(min(100.0, max(0.0, expected + self.rng.triangular(-30, 24, 3))), 1)

    def _gives_up(self) -> bool:
        return self.rng.random() < 0.12 * (1 - self.traits.persistence)

    # reporting

    def _spend(self, minutes: float) -> None:
        weeks = minutes / 60 / self.traits.hours_per_week
        self.now += timedelta(days=weeks * 7 * self.rng.uniform(0.7, 1.5))

    def _report(
        self, item: Item, status: ProgressStatus, percentage: float, score: float | None = None
    ) -> None:
        self._wait_for_a_waking_hour()
        self.touched.add(item.content_id)
        self.steps.append(ProgressStep(item.content_id, status, float(percentage), score, self.now))

    def _wait_for_a_waking_hour(self) -> None:
        """Nobody studies at night, and no two reports fall on one moment."""
        self.now += timedelta(seconds=self.rng.randint(20, 900))
        self.now = self.now.replace(microsecond=0)
        if self.now.hour < 5 or self.now.hour > 20:
            self.now += timedelta(hours=9)


def _leading_to(catalogue: Catalogue, goal: str) -> frozenset[str]:
    """The goal and everything that has to be completed on the way to it."""
    needed, found = [goal], set[str]()
    while needed:
        content_id = needed.pop()
        found.add(content_id)
        needed.extend(catalogue.by_id[content_id].prerequisites)
    return frozenset(found)


def _shared(one: Iterable[str], other: Iterable[str]) -> int:
    return len(set(one).intersection(other))
