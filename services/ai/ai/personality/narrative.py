"""The measures as sentences. Pure: every sentence follows from a measure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ai.personality.measures import MEASURES, Measure
from ongoza_contracts.http.personality import Interval, Trait, TraitKey, Window

DECIMALS = 4
HALF = 0.5
"""Advice is given only when the whole interval is below or above this share."""


@dataclass(frozen=True, slots=True)
class Words:
    name: str
    sentence: Callable[[Measure], str]
    observation: str
    """The name of one counted observation."""
    when_low: str | None = None
    when_high: str | None = None


WORDS: Mapping[TraitKey, Words] = {
    TraitKey.COMPLETION: Words(
        name="Completion",
        sentence=lambda one: f"Completed {one.count} of {one.n} items begun.",
        observation="item begun",
        when_low="Finish something that is begun before beginning something new.",
    ),
    TraitKey.REGULARITY: Words(
        name="Regularity",
        sentence=lambda one: f"Active in {one.count} of the last {one.n} weeks.",
        observation="week since the first activity",
        when_low="Keep an hour of the week for learning: short and regular beats long and seldom.",
    ),
    TraitKey.PERSISTENCE: Words(
        name="Persistence after failure",
        sentence=lambda one: f"Went on within two weeks after {one.count} of {one.n} failures.",
        observation="failed item, two weeks old or followed by something",
        when_low="After a failure take a smaller step on the same subject within the week.",
        when_high="Failures have not stopped this learner: harder missions are within reach.",
    ),
    TraitKey.BREADTH: Words(
        name="Breadth",
        sentence=lambda one: (
            f"The tracks of {one.n} items are spread to {one.score or 0:.0%} of evenly."
        ),
        observation="item begun that is in the catalogue",
        when_high="Choose one track to go deeper in: the next steps build on each other.",
        when_low="One item of a neighbouring track would show what else is there.",
    ),
    TraitKey.CHALLENGE: Words(
        name="Challenge",
        sentence=lambda one: f"{one.count} of {one.n} items begun were above the level reached.",
        observation="item begun that is in the catalogue, with its time",
        when_low="Try an item one level higher: the prerequisites are there.",
        when_high="Complete an item at the present level between two steps up.",
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
    """Advice on measures whose interval is clearly on one side; else what data is missing."""
    advised = []
    for one in measures:
        words = WORDS[one.key]
        if one.score is not None and one.high < HALF and words.when_low:
            advised.append(words.when_low)
        if one.score is not None and one.low > HALF and words.when_high:
            advised.append(words.when_high)
    if any(one.score is not None for one in measures):
        return tuple(advised)
    fewest = min(measures, key=lambda one: one.needed)
    return (_description(fewest),)


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
