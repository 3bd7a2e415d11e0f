"""Jobs of conversations: notices to those who answer for a learner."""

from datetime import timedelta
from uuid import UUID

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from core.kit import clock
from core.mentorship import (
    groups,
    workqueue_kinds,  # noqa: F401 (declares the kinds)
)
from core.mentorship.conversation_models import Flag, GroupSession
from core.mentorship.conversation_notifications import FLAG_RAISED, GROUP_CANCELLED, WORK_OVERDUE
from core.mentorship.notifications import SOON, TOMORROW
from core.mentorship.workqueue import work_kinds
from core.notifications.services import notify
from core.users.recipients import directors_of

BATCH = 200


@job_kind("mentorship.high_flag")
def notify_of_flag(job: Job) -> None:
    flag = Flag.objects.filter(pk=UUID(job.subject)).first()
    if flag is None:
        return
    for user_id in directors_of(flag.learner_id, without={flag.raised_by_id}):
        notify(user_id=user_id, kind=FLAG_RAISED, subject=str(flag.pk), version=1)


@job_kind("mentorship.escalations", every=timedelta(hours=1))
def schedule_escalations(job: Job) -> None:
    for name in work_kinds():
        schedule("mentorship.escalation", subject=name, key=name)


@job_kind("mentorship.escalation")
def escalate(job: Job) -> None:
    """Notify the learners' directors once of each work of a kind that is overdue. The subject is
    the kind and, after a colon, the work after which to go on."""
    name, _, after = job.subject.partition(":")
    overdue = work_kinds()[name].overdue(UUID(after) if after else None, BATCH)
    for work in overdue:
        subject = f"{name}:{work.subject}"
        for user_id in directors_of(work.learner_id, without={work.mentor_id}):
            notify(user_id=user_id, kind=WORK_OVERDUE, subject=subject, version=1)
    if len(overdue) == BATCH:
        schedule(job.kind, subject=f"{name}:{overdue[-1].subject}")


@job_kind("mentorship.group_cancelled")
def notify_of_cancelled_group(job: Job) -> None:
    for learner_id in groups.learners_with_seats(UUID(job.subject)):
        notify(user_id=learner_id, kind=GROUP_CANCELLED, subject=job.subject, version=1)


@job_kind(groups.REMIND_DAY_BEFORE)
def remind_group_day_before(job: Job) -> None:
    _remind_group(job, TOMORROW)


@job_kind(groups.REMIND_HOUR_BEFORE)
def remind_group_hour_before(job: Job) -> None:
    _remind_group(job, SOON)


def _remind_group(job: Job, kind: str) -> None:
    """Notify the mentor and those who have seats; no-op for a group session that was cancelled or
    has begun."""
    rows = GroupSession.objects.filter(cancelled_at=None, starts_at__gt=clock.now())
    group = rows.filter(pk=UUID(job.subject)).first()
    if group is not None:
        for user_id in sorted([group.mentor_id, *groups.learners_with_seats(group.pk)]):
            notify(user_id=user_id, kind=kind, subject=job.subject, version=1)
