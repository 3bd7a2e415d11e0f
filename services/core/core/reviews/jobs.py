"""Jobs of the queue and of claims."""

from datetime import timedelta
from uuid import UUID

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import NotFound
from core.kit.limits import lock_parent
from core.notifications.services import notify
from core.reviews import notifications, selectors, services
from core.reviews.models import Claim, ClaimState
from core.users.models import User
from core.users.recipients import directors_of

BATCH = 500
NOTICES = {
    ClaimState.EXPIRED: notifications.CLAIM_EXPIRED,
    ClaimState.TAKEN_AWAY: notifications.CLAIM_TAKEN_AWAY,
}


@job_kind("reviews.queue", every=timedelta(minutes=1))
def schedule_work(job: Job) -> None:
    """Schedule a job for each submission whose claim or queue entry has to follow the time or its
    state, and for each whose promised time has passed."""
    for key in selectors.unsettled().order_by("pk")[:BATCH]:
        schedule("reviews.settle", subject=str(key), key=str(key))
    late = selectors.overdue().order_by("promised_by")
    for key in late.values_list("submission_id", flat=True)[:BATCH]:
        schedule("reviews.escalation", subject=str(key), key=str(key))


@job_kind("reviews.settle")
def settle_submission(job: Job) -> None:
    services.settle(submission_id=UUID(job.subject))


@job_kind("reviews.escalation")
def notify_directors(job: Job) -> None:
    """Notify the learner's directors, once, of a submission that was not reviewed in time."""
    rows = selectors.overdue().filter(submission=UUID(job.subject))
    entry = rows.select_related("submission").first()
    if entry is None:
        return
    entry.escalated_at = clock.now()
    entry.save(update_fields=["escalated_at"])
    version = int(entry.promised_by.timestamp())  # a second opinion is promised again
    for user_id in directors_of(entry.submission.user_id):
        notify(user_id=user_id, kind=notifications.OVERDUE, subject=job.subject, version=version)


@job_kind("reviews.claim_notice")
def notify_of_end(job: Job) -> None:
    """Notify a reviewer that their claim ran out or was taken away."""
    claim = Claim.objects.filter(pk=UUID(job.subject)).first()
    if claim is None:
        return
    try:
        with lock_parent(User.objects.filter(pk=claim.reviewer_id)):
            kind = NOTICES[ClaimState(claim.state)]
            notify(user_id=claim.reviewer_id, kind=kind, subject=job.subject, version=1)
    except NotFound:  # erased meanwhile
        return
