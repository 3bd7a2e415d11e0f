"""One job of each kind of reviews, mentorship, coaching and conduct that has something to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from core.access.models import Membership
from core.coaching.models import Goal
from core.coaching.notifications import GOAL_NEAR, HABIT_DUE, WEEK
from core.conduct.models import Report
from core.conduct.notifications import REPORTED
from core.mentorship import conversation_notifications, groups, notifications, sessions
from core.mentorship.conversation_models import Flag
from core.mentorship.erasures import CANCEL_EVENT
from core.mentorship.models import MentorshipRequest, Session
from core.mentorship.requests import ASK_NEXT
from core.mentorship.workqueue import work_kinds
from core.reviews import notifications as review_notifications
from core.reviews.models import Claim, QueueEntry
from core.reviews.services import settle
from core.submissions.models import Submission
from core.users.models import User
from ongoza_contracts.mentorship import SessionState
from ongoza_contracts.vocabulary import Role
from tests.unit.core.coaching_rows import at, habit_of
from tests.unit.core.conversation_rows import matched
from tests.unit.core.mentor_rows import ahead, asked, begin, match_of, profile, session_in
from tests.unit.core.notified import reader
from tests.unit.core.review_rows import claimed, graded_mission, run_out, waiting
from tests.unit.core.school import World
from tests.unit.core.world import person

Clock = pytest.MonkeyPatch


@dataclass(frozen=True)
class Prepared:
    subject: str = ""
    user: User | None = None


@dataclass(frozen=True)
class Case:
    """`prepare` writes what the job finds. `outcome` counts what it adds: facts, notices, jobs and
    other rows, as `test_job_kills.added` names them."""

    prepare: Callable[[World, Clock], Prepared]
    outcome: Mapping[str, int]
    mails: int = 0


def notice(kind: str, *names: str) -> dict[str, int]:
    return {f"notice {kind} to {name}": 1 for name in names}


# --- reviews -------------------------------------------------------------------------------------
def _claim_that_ran_out(world: World) -> Claim:
    claim = claimed(waiting(world.learner), world.director)
    run_out(claim)
    return claim


def _overdue(world: World) -> Submission:
    submission = waiting(world.learner, graded_mission("mission-2"))
    past = timezone.now() - timedelta(hours=1)
    QueueEntry.objects.filter(submission=submission).update(promised_by=past)
    return submission


def _queue(world: World, _: Clock) -> Prepared:
    _claim_that_ran_out(world)
    _overdue(world)
    return Prepared()


def _unsettled(world: World, _: Clock) -> Prepared:
    return Prepared(str(_claim_that_ran_out(world).submission_id))


def _overdue_review(world: World, _: Clock) -> Prepared:
    return Prepared(str(_overdue(world).pk))


def _ended_claim(world: World, _: Clock) -> Prepared:
    claim = _claim_that_ran_out(world)
    settle(submission_id=claim.submission_id)
    return Prepared(str(claim.pk))


# --- mentorship ----------------------------------------------------------------------------------
def _expired_request(world: World, _: Clock) -> Prepared:
    request = asked(world.learner, world.mentor)
    profile(person("max", Role.MENTOR))
    past = timezone.now() - timedelta(minutes=1)
    MentorshipRequest.objects.filter(pk=request.pk).update(expires_at=past)
    return Prepared(str(request.pk))


def _expired_requests(world: World, clock: Clock) -> Prepared:
    _expired_request(world, clock)
    return Prepared()


def _match_without_membership(world: World, _: Clock) -> Prepared:
    match = match_of(world.learner, world.mentor)
    session_in(SessionState.CONFIRMED, match)
    QuerySet(Membership).filter(user=world.mentor, learner=world.learner).update(
        revoked_at=timezone.now()
    )
    return Prepared(str(match.pk))


def _session(world: World, state: SessionState) -> Session:
    return session_in(state, match_of(world.learner, world.mentor))


def _unconfirmed(world: World, _: Clock) -> Prepared:
    return Prepared(str(begin(_session(world, SessionState.REQUESTED)).pk))


def _ends(world: World, clock: Clock) -> Prepared:
    _match_without_membership(world, clock)
    foreign = match_of(world.foreign, world.foreign_mentor)
    begin(session_in(SessionState.REQUESTED, foreign))
    return Prepared()


def _confirmed(world: World, _: Clock) -> Prepared:
    session = _session(world, SessionState.CONFIRMED)
    User.objects.filter(pk=world.learner.pk).update(email_verified_at=timezone.now())
    return Prepared(f"{session.pk}:{session.sequence}", world.learner)


def _erased_session(world: World, _: Clock) -> Prepared:
    User.objects.filter(pk=world.mentor.pk).update(email_verified_at=timezone.now())
    times = (int(ahead(hour=hour).timestamp()) for hour in (9, 10))
    subject = ":".join(map(str, ("018f0000-0000-7000-8000-00000000dead", 2, *times)))
    return Prepared(subject, world.mentor)


def _high_flag(world: World, _: Clock) -> Prepared:
    flag = Flag.objects.create(
        learner=world.learner,
        raised_by=world.mentor,
        kind="other",
        severity="high",
        encrypted=b"x",
    )
    return Prepared(str(flag.pk))


def _nothing(_: World, __: Clock) -> Prepared:
    return Prepared()


def _session_to_record(world: World, _: Clock) -> Prepared:
    session = _session(world, SessionState.CONFIRMED)
    begin(session)
    past = timezone.now() - timedelta(days=3)
    QuerySet(Session).filter(pk=session.pk).update(
        starts_at=past - timedelta(hours=1), ends_at=past
    )
    return Prepared("session_to_record")


def _group(world: World, _: Clock) -> Prepared:
    profile(world.mentor)
    group = groups.open_group(
        mentor=world.mentor,
        title="Capture the flag",
        starts_at=ahead(4),
        ends_at=ahead(4, hour=10),
        time_zone="UTC",
        seats=3,
    )
    for learner in (world.learner, person("second", Role.LEARNER, world.school)):
        groups.take_seat(learner=learner, group_id=group.pk)
    return Prepared(str(group.pk))


def _report(world: World, _: Clock) -> Prepared:
    report = Report.objects.create(
        match=matched(world.mentor, world.learner),
        reporter=world.learner,
        reported=world.mentor,
        reason="other",
        encrypted=b"x",
    )
    return Prepared(str(report.pk))


# --- coaching ------------------------------------------------------------------------------------
def _near_goal(world: World, _: Clock) -> Prepared:
    tomorrow = timezone.now().date() + timedelta(days=1)
    Goal.objects.create(user=world.learner, title="Pass", target_date=tomorrow)
    return Prepared()


def _habit_to_remind_of(_: World, clock: Clock) -> Prepared:
    at(clock, "2026-06-01T09:00")
    habit_of(reader(time_zone="Africa/Nairobi"), reminder_at=time(19, 30))
    at(clock, "2026-06-01T16:31")
    return Prepared()


def _monday(_: World, clock: Clock) -> Prepared:
    at(clock, "2026-06-07T09:00")
    user = reader(time_zone="Africa/Nairobi")
    Goal.objects.create(user=user, title="Pass", target_date=date(2026, 6, 14))
    at(clock, "2026-06-08T05:00")
    return Prepared()


CANCELLED_SESSION = {
    "fact session.updated": 1,
    f"job {sessions.MAIL}": 2,
    **notice(notifications.CANCELLED, "lena", "mara"),
}
CASES: Mapping[str, Case] = {
    "reviews.queue": Case(_queue, {"job reviews.settle": 1, "job reviews.escalation": 1}),
    "reviews.settle": Case(
        _unsettled, {"fact submission.updated": 1, "job reviews.claim_notice": 1}
    ),
    "reviews.escalation": Case(_overdue_review, notice(review_notifications.OVERDUE, "dora")),
    "reviews.claim_notice": Case(_ended_claim, notice(review_notifications.CLAIM_EXPIRED, "dora")),
    "mentorship.requests": Case(_expired_requests, {f"job {ASK_NEXT}": 1}),
    ASK_NEXT: Case(
        _expired_request,
        {
            **notice(notifications.PASSED_ON, "lena"),
            **notice(notifications.ASKED, "max"),
            "row mentorship_passedrequest": 1,
        },
    ),
    "mentorship.ends": Case(_ends, {"job mentorship.end_match": 1, "job mentorship.lapse": 1}),
    "mentorship.end_match": Case(
        _match_without_membership,
        {
            **CANCELLED_SESSION,
            **notice(notifications.MATCH_ENDED, "lena"),
            "fact match.updated": 1,
        },
    ),
    "mentorship.lapse": Case(_unconfirmed, CANCELLED_SESSION),
    sessions.MAIL: Case(_confirmed, {}, mails=1),
    CANCEL_EVENT: Case(_erased_session, {}, mails=1),
    sessions.REMIND_DAY_BEFORE: Case(_confirmed, notice(notifications.TOMORROW, "lena")),
    sessions.REMIND_HOUR_BEFORE: Case(_confirmed, notice(notifications.SOON, "lena")),
    "mentorship.high_flag": Case(
        _high_flag, notice(conversation_notifications.FLAG_RAISED, "dora")
    ),
    "mentorship.escalations": Case(_nothing, {"job mentorship.escalation": len(work_kinds())}),
    "mentorship.escalation": Case(
        _session_to_record, notice(conversation_notifications.WORK_OVERDUE, "dora")
    ),
    "mentorship.group_cancelled": Case(
        _group, notice(conversation_notifications.GROUP_CANCELLED, "lena", "second")
    ),
    groups.REMIND_DAY_BEFORE: Case(
        _group, notice(notifications.TOMORROW, "lena", "mara", "second")
    ),
    groups.REMIND_HOUR_BEFORE: Case(_group, notice(notifications.SOON, "lena", "mara", "second")),
    "conduct.new_report": Case(_report, notice(REPORTED, "dora")),
    "coaching.goal_dates": Case(_near_goal, notice(GOAL_NEAR, "lena")),
    "coaching.reminders": Case(_habit_to_remind_of, notice(HABIT_DUE, "amina")),
    "coaching.weeks": Case(_monday, {**notice(WEEK, "amina"), "row coaching_weeksummary": 1}),
}
