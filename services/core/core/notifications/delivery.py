"""Sends notifications out: one delivery, with a job of its own, for each destination.

So a channel that is down delays no other. Mail and web push are repeated by each worker that is
killed after sending and before it has noted that; a text message is not.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core.jobs.services import schedule
from core.notifications.channels import DeliveryAbandoned, Message, NotAccepted, OutgoingChannel
from core.notifications.mail_channel import MailChannel
from core.notifications.models import Channel, Delivery, Notification
from core.notifications.preferences import channels_of
from core.notifications.push_channel import PushChannel
from core.notifications.quiet_hours import first_time_to_disturb
from core.notifications.registry import NotificationKind, kind_named
from core.notifications.rendering import locale_of, render
from core.notifications.sms_channel import SmsChannel
from core.users.models import User
from core.users.preferences import preferences_of

CHANNELS: Mapping[str, OutgoingChannel] = {
    Channel.MAIL: MailChannel(),
    Channel.PUSH: PushChannel(),
    Channel.SMS: SmsChannel(),
}
DELIVER, DELIVER_ONCE = "notifications.deliver", "notifications.deliver_once"
MAX_REFUSALS = 10
FIRST_PAUSE = timedelta(minutes=1)
State = Delivery.State


def dispatch(notification: Notification, user: User) -> None:
    """Schedule the deliveries; not before the end of quiet hours, unless it is urgent."""
    if notification.deliveries.exists():
        return  # an operator repeated the job
    kind = kind_named(notification.kind)
    wanted = channels_of(user, kind)
    deliveries = Delivery.objects.bulk_create(
        Delivery(notification=notification, channel=name, destination=destination)
        for name, channel in CHANNELS.items()
        if name in wanted
        for destination in channel.destinations(user, urgent=kind.urgent)
    )
    for delivery in deliveries:
        _schedule(delivery, user, kind)


def _schedule(
    delivery: Delivery, user: User, kind: NotificationKind, pause: timedelta = timedelta(0)
) -> None:
    due_at = timezone.now() + pause
    if not kind.urgent:
        due_at = first_time_to_disturb(preferences_of(user), due_at)
    job = DELIVER_ONCE if CHANNELS[delivery.channel].sends_at_most_once else DELIVER
    schedule(job, subject=str(delivery.pk), user_id=user.id, due_at=due_at)


def message_to_send(delivery: Delivery, user: User) -> Message | None:
    """None if it is no longer wanted, which ends the delivery, or if quiet hours have begun, after
    which another job sends it."""
    notification = delivery.notification
    kind = kind_named(notification.kind)
    if not _is_wanted(delivery, user, kind):
        skip(delivery)
    elif not kind.urgent and _is_quiet(user):
        _schedule(delivery, user, kind)
    else:
        return _message(notification, kind)
    return None


def skip(delivery: Delivery) -> None:
    _end(delivery, State.SKIPPED)


def send(delivery: Delivery, user: User, message: Message) -> None:
    """Raises what the channel raises, except DeliveryAbandoned."""
    try:
        CHANNELS[delivery.channel].send(user, delivery.destination, message)
    except DeliveryAbandoned:
        _end(delivery, State.FAILED)
    else:
        _end(delivery, State.SENT)


def send_once(delivery: Delivery, user: User, message: Message) -> None:
    """As `send`, by a job that has one attempt: if its worker is killed, nobody sends again.
    Another job tries again if the channel certainly did not take the message."""
    try:
        send(delivery, user, message)
    except NotAccepted:
        delivery.refusals += 1
        if delivery.refusals >= MAX_REFUSALS:
            _end(delivery, State.FAILED)
        else:
            _try_later(delivery, user)


@transaction.atomic
def _try_later(delivery: Delivery, user: User) -> None:
    """Locks the user before the delivery, as an erasure does, and ends the delivery of one who is
    not active any more."""
    if not User.objects.select_for_update(no_key=True).filter(pk=user.pk, is_active=True).exists():
        skip(delivery)
        return
    Delivery.objects.filter(pk=delivery.pk).update(refusals=delivery.refusals)
    pause = FIRST_PAUSE * 2 ** (delivery.refusals - 1)
    _schedule(delivery, user, kind_named(delivery.notification.kind), pause)


def _is_wanted(delivery: Delivery, user: User, kind: NotificationKind) -> bool:
    if delivery.notification.read_at is not None and not kind.urgent:
        return False
    destinations = CHANNELS[delivery.channel].destinations(user, urgent=kind.urgent)
    return delivery.channel in channels_of(user, kind) and delivery.destination in destinations


def _is_quiet(user: User) -> bool:
    now = timezone.now()
    return first_time_to_disturb(preferences_of(user), now) > now


def _message(notification: Notification, kind: NotificationKind) -> Message:
    (shown,) = render([notification], locale_of(notification.user_id))
    return Message(notification.id, kind.name, shown.title, shown.text, kind.urgent)


def _end(delivery: Delivery, state: Delivery.State) -> None:
    """No-op if the delivery was erased while it was sent."""
    ended = {"state": state, "ended_at": timezone.now(), "refusals": delivery.refusals}
    Delivery.objects.filter(pk=delivery.pk).update(**ended)
