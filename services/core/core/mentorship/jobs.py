"""Jobs of mentorship: what time changes, and what is sent out."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from core.kit import clock
from core.mentorship import (
    calendar_mails,
    conversation_jobs,  # noqa: F401 (declares its own)
    erasures,
    matches,
    notifications,
    requests,
    sessions,
)
from core.mentorship.models import MentorProfile, MentorshipRequest, RequestState, Session
from core.mentorship.selectors import (
    matches_without_membership,
    mentors_with_room,
    requests_to_pass_on,
)
from core.notifications.services import notify
from core.users.recipients import active_recipient
from ongoza_contracts.mentorship import SessionState

BATCH = 500
END_MATCH, LAPSE = "mentorship.end_match", "mentorship.lapse"


@job_kind("mentorship.requests", every=timedelta(minutes=1))
def schedule_requests(job: Job) -> None:
    """Schedule a job for each request whose mentor did not answer in time or cannot accept it, or
    that waits while a mentor has room; the oldest first. The subject is the request after which to
    go on."""
    rows = requests_to_pass_on()
    if mentors_with_room(MentorProfile.objects.all()).exists():
        rows = MentorshipRequest.objects.filter(
            Q(pk__in=rows.values("pk")) | Q(state=RequestState.WAITING)
        )
    if job.subject:
        rows = rows.filter(pk__gt=UUID(job.subject))
    batch = [*rows.select_related("learner").order_by("pk")[:BATCH]]
    for request in batch:
        if request.state == RequestState.ASKED or requests.next_mentor(request) is not None:
            schedule(requests.ASK_NEXT, subject=str(request.pk), key=str(request.pk))
    if len(batch) == BATCH:
        schedule(job.kind, subject=str(batch[-1].pk))  # the rest, in a transaction of its own


@job_kind(requests.ASK_NEXT)
def pass_request_on(job: Job) -> None:
    requests.pass_on(request_id=UUID(job.subject))


@job_kind("mentorship.ends", every=timedelta(minutes=1))
def schedule_ends(job: Job) -> None:
    """Schedule a job for each match whose mentor has no membership for the learner any more, and
    for each session that nobody confirmed in time."""
    unconfirmed = Session.objects.filter(state=SessionState.REQUESTED, starts_at__lte=clock.now())
    for kind, rows in ((END_MATCH, matches_without_membership()), (LAPSE, unconfirmed)):
        for pk in rows.order_by("pk").values_list("pk", flat=True)[:BATCH]:
            schedule(kind, subject=str(pk), key=str(pk))


@job_kind(END_MATCH)
def end_match(job: Job) -> None:
    matches.end_match_without_membership(match_id=UUID(job.subject))


@job_kind(LAPSE)
def lapse(job: Job) -> None:
    sessions.lapse(session_id=UUID(job.subject))


@job_kind(sessions.MAIL, atomic=False)
def mail_calendar(job: Job) -> None:
    """No-op for a state that a later one has replaced, which has a job of its own; and for a user
    whose address nobody verified."""
    session, user = _unchanged_session(job), active_recipient(job.user_id)
    if session is not None and user is not None and user.email_verified_at is not None:
        calendar_mails.send(session, user)


@job_kind(erasures.CANCEL_EVENT, atomic=False)
def cancel_event(job: Job) -> None:
    """No-op for a user whose address nobody verified."""
    user = active_recipient(job.user_id)
    if user is not None and user.email_verified_at is not None:
        calendar_mails.send(erasures.cancelled_session(job.subject, user), user)


@job_kind(sessions.REMIND_DAY_BEFORE)
def remind_day_before(job: Job) -> None:
    _remind(job, notifications.TOMORROW)


@job_kind(sessions.REMIND_HOUR_BEFORE)
def remind_hour_before(job: Job) -> None:
    _remind(job, notifications.SOON)


def _remind(job: Job, kind: str) -> None:
    """No-op for a session that was moved, cancelled or has begun since."""
    session, user = _unchanged_session(job), active_recipient(job.user_id)
    if session is None or user is None or session.state != SessionState.CONFIRMED:
        return
    if session.starts_at > clock.now():
        subject, version = str(session.pk), session.sequence
        notify(user_id=user.pk, kind=kind, subject=subject, version=version)


def _unchanged_session(job: Job) -> Session | None:
    pk, _, sequence = job.subject.partition(":")
    rows = Session.objects.filter(pk=UUID(pk), sequence=int(sequence))
    return rows.select_related("learner", "mentor").first()
