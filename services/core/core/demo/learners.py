"""Invented learners: who they are, what they lean to, and what they have done so far.

The same seed gives the same learners, and learner number n is the same whatever the count.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from core.demo.history import ProgressStep, Traits, walk
from core.demo.items import Catalogue
from core.demo.people import DemoAccount, demo_account, invent_account
from ongoza_contracts.vocabulary import Track

SEED = 20260701
AS_OF = datetime(2026, 11, 1, 12, tzinfo=UTC)
"""The last moment of the demo world. Fixed, so that no clock gets into the data."""
SPAN = timedelta(days=548)
"""The first learners joined about eighteen months before."""


@dataclass(frozen=True)
class DemoLearner:
    account: DemoAccount
    traits: Traits
    profile: Mapping[Track, float] | None
    """The profiler's result, 0 to 100 a track; None for one who was never profiled."""
    profiled_at: datetime | None
    steps: tuple[ProgressStep, ...]
    """The history, in order of time."""

    @property
    def track_preference(self) -> Mapping[Track, float]:
        """How strongly the learner leans to each track; they sum to 1. The truth behind `profile`,
        known for everybody: answers to a questionnaire can be drawn from it."""
        return self.traits.interests

    @property
    def main_track(self) -> Track:
        return max(self.track_preference, key=self.track_preference.__getitem__)

    @property
    def primary_track(self) -> Track | None:
        """The track the profiler would name, usually but not always `main_track`."""
        return max(self.profile, key=self.profile.__getitem__) if self.profile else None


def invent_learners(
    catalogue: Catalogue, count: int = 200, seed: int = SEED, as_of: datetime = AS_OF
) -> list[DemoLearner]:
    return [*learners_in_turn(catalogue, count, seed, as_of)]


def learners_in_turn(
    catalogue: Catalogue, count: int, seed: int = SEED, as_of: datetime = AS_OF
) -> Iterator[DemoLearner]:
    """One at a time: the histories of ten thousand need not be in memory at once."""
    return (_invent(catalogue, number, seed, as_of) for number in range(1, count + 1))


def demo_learner(catalogue: Catalogue, seed: int = SEED, as_of: datetime = AS_OF) -> DemoLearner:
    """The learner to sign in as: half-way along the builders' track, amid a course."""
    rng = _rng(seed, "half-way")
    joined = as_of - timedelta(days=130)
    traits = Traits(
        interests=_interests(Track.BUILDERS, Track.RESEARCHERS, 0.72, 0.16),
        goal="mission-104",
        hours_per_week=5,
        persistence=0.97,
        ability=0.75,
        appetite=40,
    )
    return DemoLearner(
        account=demo_account(joined),
        traits=traits,
        profile=_profile(traits, rng),
        profiled_at=joined + timedelta(minutes=14),
        steps=walk(catalogue, traits, rng, joined + timedelta(hours=1), as_of),
    )


def _invent(catalogue: Catalogue, number: int, seed: int, as_of: datetime) -> DemoLearner:
    rng = _rng(seed, str(number))
    joined = (as_of - SPAN * rng.triangular(0.06, 1, 0.4)).replace(microsecond=0)
    account = invent_account(rng, number, joined)
    traits = _traits(catalogue, rng)
    profiled = rng.random() < 0.85
    onboarded = joined + timedelta(minutes=rng.randint(8, 45))
    return DemoLearner(
        account=account,
        traits=traits,
        profile=_profile(traits, rng) if profiled else None,
        profiled_at=onboarded if profiled else None,
        steps=walk(catalogue, traits, rng, onboarded + timedelta(hours=1), as_of),
    )


def _traits(catalogue: Catalogue, rng: Random) -> Traits:
    main, secondary = rng.sample(tuple(Track), 2)
    goals = [
        item.content_id
        for item in (*catalogue.courses, *catalogue.missions)
        if item.track == main and item.level >= 3
    ]
    return Traits(
        interests=_interests(main, secondary, rng.uniform(0.55, 0.75), rng.uniform(0.1, 0.2)),
        goal=rng.choice(goals),
        hours_per_week=rng.triangular(1.5, 10, 3),
        persistence=rng.triangular(0.2, 1, 0.85),
        ability=rng.triangular(0.05, 1, 0.6),
        appetite=int(rng.triangular(3, 39, 13)),
    )


def _interests(main: Track, secondary: Track, first: float, second: float) -> dict[Track, float]:
    rest = (1 - first - second) / (len(Track) - 2)
    interests = dict.fromkeys(Track, rest)
    interests[main], interests[secondary] = first, second
    return interests


def _profile(traits: Traits, rng: Random) -> dict[Track, float]:
    """The interests as a questionnaire measures them: blurred, now and then mistaken."""
    strongest = max(traits.interests.values())
    blurred = {
        track: 30 + 70 * interest / strongest + rng.uniform(-38, 38)
        for track, interest in traits.interests.items()
    }
    return {track: round(min(100.0, max(0.0, score)), 1) for track, score in blurred.items()}


def _rng(seed: int, stream: str) -> Random:
    """A stream of chance for one learner. Text seeds do not depend on hash randomisation."""
    return Random(f"{seed}:{stream}")  # noqa: S311 - invents demo data, guards nothing
