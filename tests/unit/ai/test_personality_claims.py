"""No sentence on learning behaviour contradicts what the learner did, in generated histories.

A history is everything that happened. Its rows are what ai keeps of it: with failures and weeks
counted, or without them as older facts have them.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai.personality.measures import Row, measure
from ai.personality.narrative import advice, trait
from ongoza_contracts.progress import WEEK, week_of
from ongoza_contracts.vocabulary import ProgressStatus, Track

NOW = datetime(2026, 11, 25, 15, tzinfo=UTC)
TWO_WEEKS = timedelta(days=14)
DONE, RUNNING, FAILED = (
    ProgressStatus.COMPLETED,
    ProgressStatus.IN_PROGRESS,
    ProgressStatus.FAILED,
)


class Event(NamedTuple):
    at: datetime
    status: ProgressStatus
    by_learner: bool = True


class Item(NamedTuple):
    events: Sequence[Event]
    track: Track
    level: int
    is_counted: bool
    """Whether its row has failures and weeks."""

    @property
    def failures(self) -> list[datetime]:
        before = [None, *(one.status for one in self.events)]
        return [
            one.at
            for one, earlier in zip(self.events, before, strict=False)
            if one.status is FAILED and earlier is not FAILED
        ]

    def row(self, number: int) -> Row:
        last = self.events[-1]
        retried = len(self.failures) - (last.status is FAILED)
        weeks = {week_of(one.at) for one in self.events if one.by_learner}
        return Row(
            f"course-{number}",
            last.status,
            self.events[0].at,
            last.at,
            self.track,
            self.level,
            retried if self.is_counted else None,
            tuple(sorted(weeks)) if self.is_counted else None,
        )


@st.composite
def items(draw: st.DrawFn) -> Item:
    is_counted = draw(st.booleans())
    days = sorted(draw(st.sets(st.integers(0, 110), min_size=1, max_size=12)), reverse=True)
    events = [
        Event(
            NOW - timedelta(days=ago),
            draw(st.sampled_from([RUNNING, RUNNING, FAILED])),
            draw(st.booleans()) or not is_counted,
        )
        for ago in days
    ]
    if draw(st.booleans()):
        events[-1] = events[-1]._replace(status=DONE)
    return Item(events, draw(st.sampled_from(Track)), draw(st.integers(1, 5)), is_counted)


HISTORIES = st.lists(items(), max_size=10)


def said(history: Sequence[Item]) -> list[str]:
    rows = [item.row(number) for number, item in enumerate(history)]
    return [trait(one).description for one in measure(rows, NOW)]


def numbers(sentence: str, pattern: str) -> list[int] | None:
    found = re.fullmatch(pattern, sentence)
    return [int(one) for one in found.groups()] if found else None


@pytest.mark.slow
@settings(max_examples=300)
@given(HISTORIES)
def test_weeks_called_active_are_those_in_which_the_learner_did_something(
    history: list[Item],
) -> None:
    found = numbers(said(history)[1], r"Active in (\d+) of the last (\d+) full weeks\.")
    active = {week_of(one.at) for item in history for one in item.events if one.by_learner}
    if found is not None:
        last = [week_of(NOW) - WEEK * (ago + 1) for ago in range(found[1])]
        assert found[0] == sum(week in active for week in last)


@pytest.mark.slow
@settings(max_examples=300)
@given(HISTORIES)
def test_failures_are_not_said_to_have_ended_what_went_on(history: list[Item]) -> None:
    found = numbers(said(history)[2], r"Went on after (\d+) of (\d+) failures\.")
    if found is None:
        return
    failures = [(item, at) for item in history if item.is_counted for at in item.failures]
    own = [one.at for item in history for one in item.events if one.by_learner]
    again = sum(
        any(one.at > at for one in item.events)
        or any(at < moment and week_of(moment) <= week_of(at) + 2 * WEEK for moment in own)
        for item, at in failures
    )
    quiet = sum(not any(at < moment <= at + TWO_WEEKS for moment in own) for _, at in failures)
    count, n = found
    assert n <= len(failures)
    assert count <= again
    assert n - count <= quiet


@pytest.mark.slow
@settings(max_examples=300)
@given(HISTORIES)
def test_counts_of_items_and_advice_agree_with_the_history(history: list[Item]) -> None:
    statuses = [item.events[-1].status for item in history]
    tracks, completed = {item.track for item in history}, statuses.count(DONE)
    sentences = said(history)
    for sentence, expected in (
        (sentences[0], f"Completed {completed} of {len(history)} items begun."),
        (sentences[3], f"{len(history)} items begun are of {len(tracks)} of 5 tracks."),
    ):
        assert sentence == expected or sentence.startswith("Not enough data")
    advised = " ".join(advice(measure([one.row(n) for n, one in enumerate(history)], NOW)))
    if "in progress" in advised:
        running = statuses.count(RUNNING)
        assert advised.startswith(f"{running} item{' is' if running == 1 else 's are'} in progress")
    if "level" in advised:
        assert completed
        assert FAILED not in statuses
        reached = max(item.level for item in history if item.events[-1].status is DONE)
        assert f"level {reached + 1} " in advised
    if "another track" in advised:
        assert len(tracks) < len(Track)
    if not history:
        assert advised == ""
    assert "harder" not in advised
