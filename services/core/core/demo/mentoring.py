"""Mentors in several time zones, their matches and sessions, and learners' habits."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from core.coaching.habits import log_day, pause_habit, set_habit
from core.coaching.reflections import write_reflection
from core.conduct.models import ReportReason
from core.conduct.services import report
from core.demo.stories import Story, play
from core.jobs.models import Job
from core.kit import clock
from core.mentorship import matches, messages, requests, sessions
from core.mentorship.conversation_models import Message
from core.mentorship.models import Match
from core.mentorship.profiles import RuleSpec, set_profile
from core.users.models import User
from ongoza_contracts.coaching import HabitEntryState, HabitSchedule, Mood
from ongoza_contracts.mentorship import MatchEndReason, SessionParty
from ongoza_contracts.vocabulary import Track

ZONES = ("Africa/Nairobi", "Africa/Cairo", "Africa/Casablanca", "Europe/London")
CAPACITY = 15
FIRST_HOUR = 9
HOURS = (RuleSpec(0, time(17), time(20)), RuleSpec(3, time(17), time(20)))
"""Mondays and Thursdays, by the clock of the mentor's zone."""
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
HABIT_DAYS = 35
GAPS = frozenset({4, 11, 12, 23})
"""Days on which nothing was recorded, counted from the first."""


class Pair(NamedTuple):
    learner: User
    mentor: User


class Hour(NamedTuple):
    """When a pair meets: no other pair of the mentor's does then."""

    hour: int
    """By the clock of the mentor's zone."""
    zone: ZoneInfo

    def on_day_of(self, moment: datetime) -> datetime:
        return datetime.combine(moment.astimezone(self.zone).date(), time(self.hour), self.zone)


def plant_profiles(mentors: Sequence[User]) -> None:
    """The zones are given out in turn."""
    for number, mentor in enumerate(mentors):
        set_profile(
            user=mentor,
            mentor_id=mentor.pk,
            rules=HOURS,
            overrides=(),
            about="I answer within two days, and like questions more than answers.",
            capacity=CAPACITY,
            tracks=[[*Track][number % len(Track)]],
            languages=["en", "sw"] if number % 2 else ["en"],
            time_zone=ZONES[number % len(ZONES)],
        )


def plant_mentoring(pairs: Sequence[Pair]) -> None:
    """Every sixth request waits for its mentor's answer; the others lead to a match."""
    until = clock.now()
    stories: list[tuple[datetime, Story]] = []
    met: Counter[int] = Counter()
    for number, pair in enumerate(pairs):
        if number % 6 == 5:
            stories.append((until - (5 + number) * HOUR, _asks(pair)))
        else:
            zone = ZoneInfo(pair.mentor.mentor_profile.time_zone)
            hour = Hour(FIRST_HOUR + met[pair.mentor.pk], zone)
            met[pair.mentor.pk] += 1
            story = _works_together(pair, number, hour)
            stories.append((until - (52 - number % 30) * DAY, story))
            if number < 3:
                stories.append((until - number * HOUR, _proposes(pair, hour)))
            if number == 1:
                stories.append((until - HOUR, _reports(pair)))
    play(stories, until)
    # Nobody is mailed now, nor reminded of a session of the past.
    waiting = Job.objects.filter(done_at=None)
    waiting.filter(kind=sessions.MAIL).delete()
    waiting.filter(kind__in=sessions.REMINDERS, due_at__lte=until).delete()


def plant_habits(learners: Sequence[User]) -> None:
    """Each records a habit for five weeks, with days left out, a skip and a pause."""
    until = clock.now()
    stories = [
        (until - HABIT_DAYS * DAY + number * HOUR, _keeps_a_habit(learner, number))
        for number, learner in enumerate(learners)
    ]
    play(stories, until)


def _proposes(pair: Pair, hour: Hour) -> Story:
    """A session that the learner has not confirmed yet."""
    match = Match.objects.get(learner=pair.learner, mentor=pair.mentor)
    starts_at = hour.on_day_of(clock.now() + 20 * DAY)
    sessions.book(caller=pair.mentor, match_id=match.pk, starts_at=starts_at)
    yield from ()


def _reports(pair: Pair) -> Story:
    """A report that nobody has decided yet, with the mentor's first message."""
    match = Match.objects.get(learner=pair.learner, mentor=pair.mentor)
    shown = Message.objects.filter(match=match, author=pair.mentor).order_by("number")[:1]
    report(
        reporter=pair.learner,
        match_id=match.pk,
        reason=ReportReason.OTHER,
        text="Two sessions were called off on the same day, without a word.",
        messages=[message.pk for message in shown],
    )
    yield from ()


def _asks(pair: Pair) -> Story:
    requests.request_mentor(user=pair.learner, mentor_id=pair.mentor.pk)
    yield from ()


def _works_together(pair: Pair, number: int, hour: Hour) -> Story:
    """A session each week: held, but for one that is moved, one missed and one cancelled."""
    request = requests.request_mentor(user=pair.learner, mentor_id=pair.mentor.pk)
    yield (3 + number % 20) * HOUR
    match = requests.accept(user=pair.mentor, request_id=request.pk)
    for author, text in (
        (pair.mentor, "Welcome! What first?"),
        (pair.learner, "My report, please."),
    ):
        messages.send_message(author=author, match_id=match.pk, content=messages.Content(text))
        yield 6 * HOUR
    for week in range(12):
        yield from _meet(pair, match, hour, week + number)
        if number % 7 == 3 and week == 3:
            reason = MatchEndReason.COMPLETED
            matches.end_match(caller=pair.mentor, match_id=match.pk, reason=reason)
            return
        yield 4 * DAY


def _meet(pair: Pair, match: Match, hour: Hour, turn: int) -> Story:
    starts_at = hour.on_day_of(clock.now() + 2 * DAY)
    session = sessions.book(caller=pair.mentor, match_id=match.pk, starts_at=starts_at)
    yield 2 * HOUR
    about: Any = {"session_id": session.pk}
    if turn % 5 == 2:
        starts_at += DAY
        sessions.move(caller=pair.mentor, starts_at=starts_at, **about)
        yield 1 * HOUR
    sessions.confirm(caller=pair.learner, **about)
    if turn % 5 == 4:
        yield 3 * HOUR
        sessions.cancel(caller=pair.learner, **about)
        return
    yield starts_at + 70 * timedelta(minutes=1) - clock.now()
    missed_by = SessionParty.LEARNER if turn % 5 == 3 else None
    sessions.record_attendance(caller=pair.mentor, missed_by=missed_by, **about)
    yield 1 * HOUR
    if missed_by is None:
        sessions.give_feedback(caller=pair.learner, rating=4 + turn % 2, **about)


def _keeps_a_habit(learner: User, number: int) -> Story:
    schedule = [*HabitSchedule][number % len(HabitSchedule)]
    habit = set_habit(
        user=learner,
        title="Read one advisory and say what I would do",
        schedule=schedule,
        times_a_week=3 if schedule is HabitSchedule.TIMES_A_WEEK else None,
        weekdays=(1, 3, 5) if schedule is HabitSchedule.WEEKDAYS else (),
    )
    about: Any = {"user": learner, "habit_id": habit.pk}
    for day in range(HABIT_DAYS):
        if day == 15:
            today = clock.now().date()
            pause_habit(first_day=today, last_day=today + 3 * DAY, **about)
        skipped = day % 9 == 7
        if (day + number) not in GAPS:
            state = HabitEntryState.SKIPPED if skipped else HabitEntryState.DONE
            log_day(state=state, **about)
        if day == 20:
            text = "I understood the advisory before I read its summary."
            write_reflection(user=learner, text=text, mood=Mood.GOOD)
        yield DAY
