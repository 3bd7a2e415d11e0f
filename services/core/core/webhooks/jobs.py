"""Jobs of webhooks."""

from datetime import datetime, timedelta
from uuid import UUID

from core.jobs.models import Job
from core.jobs.queue_names import QueueName
from core.jobs.registry import job_kind
from core.mail.sending import send_mail
from core.users.recipients import active_recipient
from core.webhooks import dispatch, sending, services
from core.webhooks.models import Subscription


@job_kind(dispatch.DISPATCH, every=timedelta(minutes=1))
def dispatch_facts(job: Job) -> None:
    dispatch.dispatch()


@job_kind(dispatch.SEND, atomic=False, queue=QueueName.WEBHOOKS)
def send(job: Job) -> None:
    sending.send_due(UUID(job.subject))


@job_kind(services.REPLAY)
def replay(job: Job) -> None:
    subscription_id, begin, until, after = job.subject.split(" ")
    services.replay_page(
        UUID(subscription_id),
        datetime.fromisoformat(begin),
        datetime.fromisoformat(until),
        int(after),
    )


@job_kind(services.MAIL)
def mail_switched_off(job: Job) -> None:
    """No-op for a subscription that was switched on again or deleted, and for a user who is not
    active."""
    rows = Subscription.objects.filter(pk=UUID(job.subject), switched_off_at__isnull=False)
    subscription = rows.select_related("organization").first()
    user = active_recipient(job.user_id)
    if subscription and user:
        send_mail(user.email, "webhooks/switched_off", {"subscription": subscription})
