"""Jobs of cohorts: what time changes in them."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from core.cohorts import announcements, completion, enrolments, payments
from core.cohorts.models import Announcement, Enrolment
from core.cohorts.vacancies import cohorts_to_promote
from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from ongoza_contracts.cohorts import EnrolmentState

BATCH = 500


@job_kind("cohorts.seats", every=timedelta(minutes=1))
def schedule_promotions(job: Job) -> None:
    """Schedule a job for each cohort with a seat that is held too long, or free and wanted."""
    for cohort_id in cohorts_to_promote(timezone.now()):
        schedule("cohorts.promotion", subject=str(cohort_id), key=str(cohort_id))


@job_kind("cohorts.promotion")
def promote_in_cohort(job: Job) -> None:
    enrolments.expire_and_promote(cohort_id=UUID(job.subject))


@job_kind(payments.PAYMENT)
def decide_about_payment(job: Job) -> None:
    """The subject is the charge that was paid."""
    payments.decide(charge_id=UUID(job.subject))


@job_kind("cohorts.completions", every=timedelta(minutes=10))
def schedule_completions(job: Job) -> None:
    """Schedule a job for each active enrolment whose requirements are met. The subject is the
    enrolment after which to go on."""
    rows = Enrolment.objects.filter(state=EnrolmentState.ACTIVE).order_by("pk")
    if job.subject:
        rows = rows.filter(pk__gt=UUID(job.subject))
    batch = [*rows[:BATCH]]
    for enrolment in completion.with_requirements_met(batch):
        schedule("cohorts.completion", subject=str(enrolment.pk), key=str(enrolment.pk))
    if len(batch) == BATCH:
        schedule(job.kind, subject=str(batch[-1].pk))  # the rest, in a transaction of its own


@job_kind("cohorts.completion")
def complete_enrolment(job: Job) -> None:
    completion.complete_if_met(enrolment_id=UUID(job.subject))


@job_kind("cohorts.announcement")
def notify_of_announcement(job: Job) -> None:
    """The subject is the announcement and, after a colon, the enrolment after which to go on."""
    key, _, after = job.subject.partition(":")
    announcement = Announcement.objects.filter(pk=UUID(key)).first()
    if announcement is None:
        return
    last = announcements.notify_next(announcement, UUID(after) if after else None)
    if last:
        schedule(job.kind, subject=f"{key}:{last}")
