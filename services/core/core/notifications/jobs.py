"""Jobs of notifications: sending them out, and the weekly digest."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from core.notifications import delivery, digests, phone_numbers
from core.notifications.channels import DeliveryAbandoned, Message, NotAccepted
from core.notifications.models import Delivery, Digest, Notification
from core.users.models import User
from core.users.recipients import active_recipient

BATCH = 500


@job_kind("notifications.dispatch")
def dispatch(job: Job) -> None:
    user = active_recipient(job.user_id)
    notification = Notification.objects.filter(pk=UUID(job.subject)).first()
    if user is not None and notification is not None:
        delivery.dispatch(notification, user)


@job_kind(delivery.DELIVER, atomic=False)
def deliver(job: Job) -> None:
    """Calls the channel outside of any transaction: an erasure does not wait for a slow one."""
    ready = _ready(job)
    if ready is not None:
        delivery.send(*ready)


@job_kind(delivery.DELIVER_ONCE, max_attempts=1, atomic=False)
def deliver_once(job: Job) -> None:
    """The attempt is stored before it begins: after a crash nobody sends the message again."""
    ready = _ready(job)
    if ready is not None:
        delivery.send_once(*ready)


@transaction.atomic
def _ready(job: Job) -> tuple[Delivery, User, Message] | None:
    """The message, if it is to be sent now."""
    user, waiting = active_recipient(job.user_id), _waiting(job)
    if waiting is None:
        return None
    if user is None:
        delivery.skip(waiting)
        return None
    message = delivery.message_to_send(waiting, user)
    return None if message is None else (waiting, user, message)


def _waiting(job: Job) -> Delivery | None:
    rows = Delivery.objects.filter(pk=int(job.subject), state=Delivery.State.WAITING)
    return rows.select_related("notification").first()


@job_kind(phone_numbers.SEND_CODE, max_attempts=1, atomic=False)
def send_code(job: Job) -> None:
    """A code that was not sent is asked for again by its user."""
    user = active_recipient(job.user_id)
    if user is not None:
        with suppress(DeliveryAbandoned, NotAccepted):
            phone_numbers.send_code(user, job.subject)


@job_kind("notifications.digests", every=timedelta(hours=1))
def add_digests(job: Job) -> None:
    if digests.add_due_digests(timezone.now(), BATCH) == BATCH:
        schedule(job.kind)  # the rest, in a transaction of its own


@job_kind(digests.SEND)
def send_digest(job: Job) -> None:
    user = active_recipient(job.user_id)
    digest = Digest.objects.filter(pk=int(job.subject)).first()
    if user is not None and digest is not None:
        digests.send(digest, user)
