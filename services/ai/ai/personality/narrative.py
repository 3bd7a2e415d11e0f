"""The measures as sentences. Pure: every sentence follows from a measure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ai.personality.measures import MEASURES, Measure
from ongoza_contracts.http.personality import Interval, Trait, TraitKey, Window
from ongoza_contracts.vocabulary import Track

DECIMALS = 4
HALF = 0.5
"""Advice is given only when the whole interval is below this share."""


@dataclass(frozen=True, slots=True)
class Words:
    name: str
    sentence: Callable[[Measure], str]
    observation: str
    """The name of one counted observation."""
    when_low: Callable[[Measure], str | None]
    """Advice, or None where the measure does not carry it."""


def _finish(one: Measure) -> str | None:
    if not one.in_progress:
        return None
    items = "1 item is" if one.in_progress == 1 else f"{one.in_progress} items are"
    return f"{items} in progress: completing one is a possible next step."


def _other_track(one: Measure) -> str | None:
    if one.tracks == len(Track):
        return None
    return "An item of another track would show what else there is."


def _level_up(one: Measure) -> str | None:
    if one.next_level is None:
        return None
    return f"An item of level {one.next_level} would be a step up."


WORDS: Mapping[TraitKey, Words] = {
    TraitKey.COMPLETION: Words(
        name="Completion",
        sentence=lambda one: f"Completed {one.count} of {one.n} items begun.",
        observation="item begun",
        when_low=_finish,
    ),
    TraitKey.REGULARITY: Words(
        name="Regularity",
        sentence=lambda one: f"Active in {one.count} of the last {one.n} full weeks.",
        observation="full week since the first activity of which all is known",
        when_low=lambda _: "A fixed time in the week makes room for learning.",
    ),
    TraitKey.PERSISTENCE: Words(
        name="Persistence after failure",
        sentence=lambda one: f"Went on after {one.count} of {one.n} failures.",
        observation="failure that was tried again, is two weeks old or was followed by something",
        when_low=lambda _: "A smaller step on the same subject is one way back after a failure.",
    ),
    TraitKey.BREADTH: Words(
        name="Breadth",
        sentence=lambda one: f"{one.n} items begun are of {one.tracks} of {len(Track)} tracks.",
        observation="item begun that is in the catalogue",
        when_low=_other_track,
    ),
    TraitKey.CHALLENGE: Words(
        name="Challenge",
        sentence=lambda one: f"{one.count} of {one.n} items begun were above the level reached.",
        observation="item begun that is in the catalogue, with its time",
        when_low=_level_up,
    ),
}


def trait(one: Measure) -> Trait:
    return Trait(
        key=one.key,
        name=WORDS[one.key].name,
        score=None if one.score is None else round(one.score, DECIMALS),
        interval=_interval(one),
        n=one.n,
        needed=one.needed,
        window=_window(one.begins, one.ends),
        description=_description(one),
        formula=" ".join((MEASURES[one.key].__doc__ or "").split()),
    )


def summary(measures: Sequence[Measure], *, contradicted: int = 0) -> str:
    """`contradicted` is the number of items whose given row differs from the recorded fact."""
    known = [WORDS[one.key].sentence(one) for one in measures if one.score is not None]
    missing = [WORDS[one.key].name.lower() for one in measures if one.score is None]
    if not known:
        known, missing = ["Not enough data yet to say anything of this learner's behaviour."], []
    rest = [f"Not enough data yet for {_listed(missing)}."] if missing else []
    if contradicted:
        items = "1 item" if contradicted == 1 else f"{contradicted} items"
        rest.append(f"Of {items} the rows given say something else than what is recorded.")
    return " ".join([*known, *rest])


def advice(measures: Sequence[Measure]) -> tuple[str, ...]:
    """Advice on measures whose whole interval is low; none without data. A high measure asks for
    nothing."""
    low = [one for one in measures if one.score is not None and one.high < HALF]
    return tuple(text for one in low if (text := WORDS[one.key].when_low(one)))


def _description(one: Measure) -> str:
    words = WORDS[one.key]
    if one.score is not None:
        return words.sentence(one)
    return f"Not enough data: {one.needed} more needed ({words.observation})."


def _interval(one: Measure) -> Interval | None:
    if one.score is None:
        return None
    return Interval(low=round(one.low, DECIMALS), high=round(one.high, DECIMALS))


def _window(begins: datetime | None, ends: datetime | None) -> Window | None:
    return Window(begins=begins, ends=ends) if begins and ends else None


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
