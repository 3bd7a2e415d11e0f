"""Learning behaviour: every formula by hand, and what holds for whatever a learner did."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

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
    retried: int | None = None,
    weeks: tuple[date, ...] | None = None,
) -> Row:
    """Times are days before NOW."""

    def moment(days: float | None) -> datetime | None:
        return None if days is None else NOW - days * DAY

    times = moment(begun), moment(changed)
    return Row(f"course-{number}", status, *times, track, level, retried, weeks)


def mondays(*weeks_ago: int) -> tuple[date, ...]:
    """NOW is a Monday: 0 is the running week."""
    return tuple(sorted(NOW.date() - 7 * DAY * one for one in weeks_ago))


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


def test_regularity_is_the_share_of_full_weeks_in_which_the_learner_changed_something() -> None:
    # The week of 40 days ago is the sixth before the running one, which does not count.
    found = regularity([row(1, begun=40, changed=40), row(2, begun=20, changed=0)], NOW)
    assert (found.n, found.needed) == (0, 4)  # of the weeks in which course-2 ran nothing is known
    given = [row(1, begun=40, changed=20, weeks=mondays(6, 3)), row(2, begun=1, changed=1)]
    found = regularity(given, NOW)
    assert (found.score, found.n, found.count) == (0.5, 6, 3)
    assert (found.begins, found.ends) == (NOW - 42.5 * DAY, NOW - 0.5 * DAY)


def test_three_courses_worked_on_weekly_for_twelve_weeks_are_twelve_active_weeks() -> None:
    every = mondays(*range(14))
    given = [row(n, RUNNING, begun=91, changed=0, weeks=every) for n in range(3)]
    found = regularity(given, NOW)
    assert trait(found).description == "Active in 12 of the last 12 full weeks."
    assert found.begins == NOW - 84.5 * DAY
    # The same without recorded weeks: only begin and last change are known.
    given = [row(n, RUNNING, begun=84, changed=0) for n in range(3)]
    assert regularity(given, NOW).score is None
    assert advice(measure(given, NOW)) == ()


def test_regularity_begins_after_the_last_week_of_which_nothing_is_known() -> None:
    given = [row(1, begun=80, changed=36), row(2, begun=8, changed=8)]
    found = regularity(given, NOW)
    assert (found.n, found.count) == (6, 2)
    assert found.score == pytest.approx(1 / 3)
    assert regularity([*given, row(3)], NOW).n == 0  # a row without times may be of any week


def test_failures_overcome_and_failures_tried_again_count_as_gone_on() -> None:
    overcome = [row(n, DONE, begun=60, changed=50, retried=1) for n in range(7)]
    found = persistence(overcome, NOW)
    assert (found.n, found.count, found.score) == (7, 7, 1)
    assert trait(found).description == "Went on after 7 of 7 failures."
    assert (found.begins, found.ends) == (NOW - 60 * DAY, NOW - 50 * DAY)


def test_persistence_is_the_share_of_failures_after_which_the_learner_went_on() -> None:
    given = [
        row(1, FAILED, begun=100, changed=99, retried=0),  # the next one 9 days after
        row(2, FAILED, begun=90, changed=80, retried=1),  # tried again, then nothing for 30 days
        row(3, FAILED, begun=50, changed=45, retried=0),  # 5 days after
        row(4, DONE, begun=40, changed=39, retried=0),
        row(5, FAILED, begun=3, changed=2, retried=0),  # too new to tell
        row(6, FAILED, begun=99, changed=98),  # of failures that are not counted
    ]
    found = persistence(given, NOW)
    assert (found.n, found.count) == (4, 3)
    assert found.score == 0.75
    assert persistence(given[3:], NOW).needed == 3


def test_a_failure_is_not_said_to_have_ended_it_where_something_may_have_followed() -> None:
    failed = row(1, FAILED, begun=60, changed=50, retried=0, weeks=mondays(9, 8))
    assert (persistence([failed], NOW).n, persistence([failed], NOW).count) == (1, 0)
    assert persistence([failed, row(2, RUNNING, begun=70, changed=1)], NOW).n == 0
    followed = row(2, RUNNING, begun=70, changed=1, weeks=mondays(10, 6, 0))
    assert persistence([failed, followed], NOW).count == 1
    by_staff = row(2, DONE, begun=70, changed=45, weeks=mondays(10))
    assert persistence([failed, by_staff], NOW).count == 0


def test_breadth_of_few_items_is_not_certain() -> None:
    same = [row(n, track=Track.LEADERS) for n in range(5)]
    found = breadth(same, NOW)
    assert found.score == pytest.approx(0.4695, abs=0.01)
    assert 0 < found.low < 0.25
    assert found.high > 0.7
    assert trait(found).description == "5 items begun are of 1 of 5 tracks."
    assert advice([found]) == ()


def test_breadth_is_the_posterior_mean_of_the_entropy_of_the_tracks() -> None:
    # Wolpert and Wolf: E[H] = digamma(A + 1) - sum(a / A * digamma(a + 1)), a = count + 1/2.
    # For the counts 6, 2, 0, 0, 0 and A = 10.5 that is 0.92523 nats, of log 5 = 1.60944.
    mixed = [row(n, track=Track.LEADERS) for n in range(6)]
    mixed += [row(n, track=Track.BUILDERS) for n in (6, 7)] + [row(8, track=None)]
    found = breadth(mixed, NOW)
    assert (found.n, found.tracks) == (8, 2)
    assert found.score == pytest.approx(0.5749, abs=0.01)
    every = [row(n, track=track) for n, track in enumerate([*Track] * 40)]
    assert breadth(every, NOW).score == pytest.approx(0.99, abs=0.01)


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


def test_of_an_empty_history_nothing_is_said_and_nothing_advised() -> None:
    measures = measure([], NOW)
    assert [one.key for one in measures] == [*TraitKey]
    traits = [trait(one) for one in measures]
    assert {(one.score, one.interval, one.n) for one in traits} == {(None, None, 0)}
    assert [one.needed for one in traits] == [5, 4, 3, 5, 5]
    assert summary(measures) == "Not enough data yet to say anything of this learner's behaviour."
    assert advice(measures) == ()


def test_the_words_follow_from_the_figures() -> None:
    measures = measure(rows(*[DONE] * 30), NOW)
    assert summary(measures, contradicted=1) == (
        "Completed 30 of 30 items begun. 30 items begun are of 1 of 5 tracks. "
        "Not enough data yet for regularity, persistence after failure and challenge. "
        "Of 1 item the rows given say something else than what is recorded."
    )
    assert advice(measures) == ("An item of another track would show what else there is.",)
    assert trait(measures[0]).formula == "Items completed / items begun."


def test_ten_failures_and_nothing_completed_are_no_reason_for_harder_items() -> None:
    given = [
        row(n, FAILED, begun=30 - n, changed=30 - n, retried=1, track=track, level=1)
        for n, track in enumerate([*Track] * 2)
    ]
    measures = measure(given, NOW)
    assert trait(measures[2]).description.startswith("Went on after")
    assert advice(measures) == ()


def test_advice_is_only_given_where_the_interval_is_clear_and_the_data_carry_it() -> None:
    unclear = Measure(TraitKey.COMPLETION, 5, 5, 0.4, *wilson(2, 5), count=2, in_progress=3)
    clear = Measure(TraitKey.COMPLETION, 50, 5, 0.2, *wilson(10, 50), count=10, in_progress=1)
    assert advice([unclear]) == ()
    assert advice([clear]) == ("1 item is in progress: completing one is a possible next step.",)
    assert advice([replace(clear, in_progress=0)]) == ()  # all others failed
    easy = Measure(TraitKey.CHALLENGE, 50, 5, 0.2, *wilson(10, 50), count=10)
    assert advice([easy]) == ()
    assert advice([replace(easy, next_level=3)]) == ("An item of level 3 would be a step up.",)


def test_a_next_level_is_named_to_who_completed_items_and_failed_none() -> None:
    given = [row(n, DONE, begun=50 - n, level=2) for n in range(3)]
    assert challenge(given, NOW).next_level == 3
    assert challenge([*given, row(9, FAILED, begun=1, level=1)], NOW).next_level is None
    assert challenge([row(1, RUNNING, begun=9, level=1)], NOW).next_level is None
    assert challenge([row(1, DONE, begun=9, level=5)], NOW).next_level is None


WEEKS = st.sets(st.integers(0, 30), max_size=4).map(lambda ago: mondays(*ago))
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
            retried=draw(st.none() | st.integers(0, 3)),
            weeks=draw(
                st.none() | st.sets(st.integers(0, 30), max_size=4).map(lambda n: mondays(*n))
            ),
        )
        for number in range(draw(st.integers(0, 20)))
    ]


@pytest.mark.slow
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


@pytest.mark.slow
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_of_no_account(history: list[Row], chance: object) -> None:
    shuffled = [*history]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert measure(shuffled, NOW) == measure(history, NOW)
