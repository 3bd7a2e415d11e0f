"""Learning behaviour: every formula by hand, and what holds for whatever a learner did."""

from datetime import UTC, datetime, timedelta
from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.personality.measures import (
    Measure,
    Row,
    breadth,
    challenge,
    completion,
    measure,
    persistence,
    regularity,
    wilson,
)
from ai.personality.narrative import advice, summary, trait
from ongoza_contracts.http.personality import TraitKey
from ongoza_contracts.vocabulary import ProgressStatus, Track

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DONE, RUNNING, FAILED, WAITING = (
    ProgressStatus.COMPLETED,
    ProgressStatus.IN_PROGRESS,
    ProgressStatus.FAILED,
    ProgressStatus.NOT_STARTED,
)


def row(
    number: int,
    status: ProgressStatus = DONE,
    *,
    begun: float | None = None,
    changed: float | None = None,
    track: Track | None = Track.BUILDERS,
    level: int | None = 1,
) -> Row:
    """Times are days before NOW."""

    def moment(days: float | None) -> datetime | None:
        return None if days is None else NOW - days * DAY

    return Row(f"course-{number}", status, moment(begun), moment(changed), track, level)


def rows(*statuses: ProgressStatus) -> list[Row]:
    return [row(number, status) for number, status in enumerate(statuses, start=1)]


def test_wilsons_interval_is_the_one_of_the_textbook() -> None:
    # 8 of 10 (Newcombe 1998 prints such cases): .4902 to .9433.
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1), abs=1e-4)


def test_completion_is_the_share_of_begun_items_that_were_completed() -> None:
    found = completion(rows(DONE, DONE, DONE, RUNNING, FAILED), NOW)
    assert (found.score, found.n, found.count, found.needed) == (0.6, 5, 3, 0)
    assert (found.low, found.high) == wilson(3, 5)


def test_what_was_not_begun_does_not_count() -> None:
    found = measure(rows(DONE, DONE, WAITING, WAITING, WAITING, WAITING), NOW)[0]
    assert (found.key, found.score, found.n, found.needed) == (TraitKey.COMPLETION, None, 2, 3)


def test_regularity_is_the_share_of_weeks_in_which_something_happened() -> None:
    # 40 days ago is in the sixth week before now; weeks 0, 2 and 5 saw something.
    found = regularity([row(1, begun=40, changed=20), row(2, begun=1)], NOW)
    assert (found.score, found.n, found.count) == (0.5, 6, 3)
    assert (found.begins, found.ends) == (NOW - 40 * DAY, NOW)


def test_regularity_looks_back_twelve_weeks_at_most() -> None:
    found = regularity([row(1, begun=400, changed=1)], NOW)
    assert found.score == pytest.approx(1 / 12)
    assert found.n == 12
    assert found.begins == NOW - 84 * DAY


def test_regularity_needs_four_weeks_and_times() -> None:
    assert (regularity([row(1, begun=20)], NOW).needed, regularity([row(1)], NOW).needed) == (1, 4)


def test_persistence_is_the_share_of_failures_after_which_the_learner_went_on() -> None:
    given = [
        row(1, FAILED, begun=100, changed=99),  # the next one 9 days after
        row(2, FAILED, begun=90, changed=80),  # nothing for 30 days
        row(3, FAILED, begun=50, changed=45),  # 5 days after
        row(4, DONE, begun=40, changed=39),
        row(5, FAILED, begun=3, changed=2),  # too new to tell
    ]
    found = persistence(given, NOW)
    assert (found.n, found.count) == (3, 2)
    assert found.score == pytest.approx(2 / 3)
    assert (found.begins, found.ends) == (NOW - 99 * DAY, NOW - 45 * DAY)
    assert persistence(given[:2], NOW).needed == 1


def test_breadth_is_the_entropy_of_the_tracks() -> None:
    same = [row(n, track=Track.LEADERS) for n in range(5)]
    assert (breadth(same, NOW).score, breadth(same, NOW).high) == (0, 0)
    every = [row(n, track=track) for n, track in enumerate(Track)]
    assert breadth(every, NOW).score == pytest.approx(1)
    # 3 of 4 + 1 of 4, with one more item of no known track that does not count.
    mixed = [row(n, track=Track.LEADERS) for n in range(6)]
    mixed += [row(n, track=Track.BUILDERS) for n in (6, 7)] + [row(8, track=None)]
    entropy = -(0.75 * log(0.75) + 0.25 * log(0.25))
    spread = 0.75 * log(0.75) ** 2 + 0.25 * log(0.25) ** 2 - entropy**2
    half = 1.96 * sqrt(spread / 8) / log(5)
    found = breadth(mixed, NOW)
    assert found.n == 8
    assert found.score == pytest.approx(entropy / log(5))
    assert (found.low, found.high) == pytest.approx((found.score - half, found.score + half))  # type: ignore[operator]


def test_challenge_is_the_share_of_items_above_the_level_reached_before() -> None:
    given = [
        row(1, begun=50, level=1),  # at the level of everybody
        row(2, begun=40, level=3),  # above
        row(3, begun=30, level=3),  # reached by now
        row(4, RUNNING, begun=20, level=5),  # above, and not completed
        row(5, begun=10, level=4),  # above
        row(6, begun=5, level=None),  # of no known level
        row(7, level=5),  # of no known time
    ]
    found = measure(given, NOW)[4]
    assert (found.n, found.count, found.score) == (5, 3, 0.6)
    assert challenge(given[:3], NOW).needed == 2


def test_little_is_said_to_be_little_and_nothing_is_invented() -> None:
    measures = measure([], NOW)
    assert [one.key for one in measures] == [*TraitKey]
    traits = [trait(one) for one in measures]
    assert {(one.score, one.interval, one.n) for one in traits} == {(None, None, 0)}
    assert [one.needed for one in traits] == [5, 4, 3, 5, 5]
    assert summary(measures) == "Not enough data yet to say anything of this learner's behaviour."
    assert advice(measures) == (
        "Not enough data: 3 more needed (failed item, two weeks old or followed by something).",
    )


def test_the_words_follow_from_the_figures() -> None:
    measures = measure(rows(*[DONE] * 12), NOW)
    assert summary(measures, contradicted=1) == (
        "Completed 12 of 12 items begun. The tracks of 12 items are spread to 0% of evenly. "
        "Not enough data yet for regularity, persistence after failure and challenge. "
        "Of 1 item the rows given say something else than what is recorded."
    )
    assert advice(measures) == ("One item of a neighbouring track would show what else is there.",)
    assert trait(measures[0]).formula == "Items completed / items begun."


def test_advice_is_only_given_where_the_interval_is_clear() -> None:
    unclear = Measure(TraitKey.COMPLETION, 5, 5, 0.4, *wilson(2, 5), count=2)
    clear = Measure(TraitKey.COMPLETION, 50, 5, 0.2, *wilson(10, 50), count=10)
    assert advice([unclear]) == ()
    assert advice([clear]) == ("Finish something that is begun before beginning something new.",)


DAYS = st.none() | st.floats(0, 500)


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    return [
        row(
            number,
            draw(st.sampled_from([*ProgressStatus])),
            begun=draw(DAYS),
            changed=draw(DAYS),
            track=draw(st.none() | st.sampled_from([*Track])),
            level=draw(st.none() | st.integers(1, 5)),
        )
        for number in range(draw(st.integers(0, 20)))
    ]


@given(histories())
def test_a_score_is_a_share_within_its_interval_and_there_only_with_enough_data(
    history: list[Row],
) -> None:
    for found in measure(history, NOW):
        assert (found.score is None) == (found.needed > 0)
        if found.score is not None:
            assert 0 <= found.low <= found.score + 1e-9
            assert found.score - 1e-9 <= found.high <= 1
        assert trait(found).n == found.n


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_of_no_account(history: list[Row], chance: object) -> None:
    shuffled = [*history]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert measure(shuffled, NOW) == measure(history, NOW)
