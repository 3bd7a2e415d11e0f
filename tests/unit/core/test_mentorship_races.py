"""Two processes that book, move, ask and accept at random keep every limit of mentorship."""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Count, F, Q

from core.mentorship import matches, requests, sessions
from core.mentorship.models import (
    OPEN_REQUESTS,
    OPEN_SESSIONS,
    Match,
    MentorshipRequest,
    RequestState,
    Session,
)
from core.outbox.models import FactHistory
from core.users.models import User
from ongoza_contracts.mentorship import MatchEndReason, MatchState
from ongoza_contracts.vocabulary import Role
from tests.random_cases import CASES
from tests.unit.core.mentor_rows import ahead, profile
from tests.unit.core.two_processes import outcomes, run_in_two
from tests.unit.core.world import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.random]

OPERATIONS, LEARNERS, MENTORS, CAPACITY = 200 * CASES, 8, 3, 3


class Operations:
    """Random requests of a few learners and mentors, within a day and a half."""

    def __init__(self, starts_at: datetime, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  (repeatable)
        self.starts_at = starts_at
        self.learners = [*User.objects.filter(role=Role.LEARNER).order_by("pk")]
        self.mentors = [*User.objects.filter(role=Role.MENTOR).order_by("pk")]

    def run(self) -> Counter[str]:
        kinds = (
            [self.ask] * 2 + [self.answer] * 3 + [self.book] * 4 + [self.change] * 3 + [self.end]
        )
        return outcomes(self.random.choice(kinds) for _ in range(OPERATIONS))

    def ask(self) -> None:
        mentor = self.random.choice([None, *self.mentors])
        requests.request_mentor(
            user=self.random.choice(self.learners), mentor_id=mentor.pk if mentor else None
        )

    def answer(self) -> None:
        row = MentorshipRequest.objects.filter(state__in=OPEN_REQUESTS).order_by("?").first()
        if row is None:
            return
        if row.mentor is None:
            requests.pass_on(request_id=row.pk)
        elif self.random.random() < 0.8:
            requests.accept(user=row.mentor, request_id=row.pk)
        else:
            requests.decline(user=row.mentor, request_id=row.pk)

    def book(self) -> None:
        match = Match.objects.filter(state=MatchState.ACTIVE).order_by("?").first()
        if match is not None:
            sessions.book(caller=self.one_of(match), match_id=match.pk, starts_at=self.time())

    def change(self) -> None:
        session = Session.objects.filter(state__in=OPEN_SESSIONS).order_by("?").first()
        if session is None:
            return
        caller = self.one_of(session)
        if self.random.random() < 0.7:
            sessions.move(caller=caller, session_id=session.pk, starts_at=self.time())
        else:
            sessions.cancel(caller=caller, session_id=session.pk)

    def end(self) -> None:
        match = Match.objects.filter(state=MatchState.ACTIVE).order_by("?").first()
        if match is not None and self.random.random() < 0.4:
            reason = MatchEndReason.COMPLETED
            matches.end_match(caller=self.one_of(match), match_id=match.pk, reason=reason)

    def one_of(self, row: Match | Session) -> User:
        assert row.mentor is not None
        return self.random.choice((row.learner, row.mentor))

    def time(self) -> datetime:
        return self.starts_at + timedelta(minutes=30) * self.random.randrange(72)


def run(starts_at: datetime, seed: int) -> Counter[str]:
    return Operations(starts_at, seed).run()


def test_two_processes_keep_times_capacity_and_open_requests() -> None:
    for number in range(LEARNERS):
        person(f"learner-{number}")
    for number in range(MENTORS):
        profile(person(f"mentor-{number}", Role.MENTOR), capacity=CAPACITY)

    found = run_in_two(run, ahead())

    names = ("ask", "answer", "book", "change", "time_taken", "too_many_requests", "mentor_full")
    assert min(found[name] for name in names) > 0, found
    check_history()
    for person_id in ("mentor", "learner"):
        assert not overlapping(person_id).exists()
    open_requests = Count("mentorship_requests", Q(mentorship_requests__state__in=OPEN_REQUESTS))
    assert max(User.objects.annotate(n=open_requests).values_list("n", flat=True)) <= 2
    asked = MentorshipRequest.objects.filter(state=RequestState.ASKED)
    assert not asked.filter(Q(mentor=None) | Q(expires_at=None)).exists()


def overlapping(column: str) -> Any:
    """Open sessions of one mentor, or of one learner, that begin before another one has ended."""
    pairs = Session.objects.filter(state__in=OPEN_SESSIONS)
    pairs = pairs.filter(**{f"{column}__isnull": False})
    related = {"mentor": "mentor__mentor_sessions", "learner": "learner__mentorship_sessions"}
    other = related[column]
    return pairs.filter(
        Q(**{f"{other}__state__in": OPEN_SESSIONS}),
        Q(**{f"{other}__starts_at__lt": F("ends_at")}),
        Q(**{f"{other}__ends_at__gt": F("starts_at")}),
        ~Q(**{f"{other}__pk": F("pk")}),
    )


def check_history() -> None:
    """At no time had a mentor more active matches than the capacity, or anybody two sessions at
    once: the facts are in the order of the locks of each person."""
    active: Counter[int] = Counter()
    open_times: dict[str, tuple[int, int, str, str]] = {}
    for row in FactHistory.objects.filter(type__contains="match.").order_by("id"):
        active[row.body["mentor_id"]] += 1 if row.body["state"] == "active" else -1
        assert max(active.values()) <= CAPACITY
    for row in FactHistory.objects.filter(type__contains="session.").order_by("id"):
        body = row.body
        open_times.pop(body["session_id"], None)
        if body["state"] not in OPEN_SESSIONS:
            continue
        mine = (body["user_id"], body["mentor_id"], body["starts_at"], body["ends_at"])
        for other in open_times.values():
            shares = mine[0] == other[0] or mine[1] == other[1]
            assert not (shares and mine[2] < other[3] and other[2] < mine[3]), (mine, other)
        open_times[body["session_id"]] = mine
