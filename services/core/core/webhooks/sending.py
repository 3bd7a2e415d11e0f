"""Sends what is due to one subscriber: of each key one delivery at a time, the oldest first.

A worker claims a delivery in a short transaction and sends it outside of any. A claim ends by time,
so what a killed worker was sending is sent again.
"""

import time
from datetime import timedelta
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from core.kit.failpoints import failpoint
from core.kit.outgoing import AddressRefused, CallFailed, post
from core.outbox.models import FactHistory
from core.webhooks.facts import may_be_sent
from core.webhooks.models import IS_PING, IS_WAITING, Delivery, DeliveryState, Subscription
from core.webhooks.services import note_failure, note_success
from core.webhooks.signing import body_of, headers_of, keys_of, ping_body

RUN_SECONDS = 10.0  # of a job, which holds a worker slot until its last call ends
CLAIM = timedelta(minutes=2)  # longer than any call, name servers included
FAILURES_IN_A_RUN = 3  # then the rest waits for the next minute
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MAX_ATTEMPTS = 36  # over more than a day, after which the subscription itself is switched off


def send_due(subscription_id: UUID) -> None:
    """Send until nothing is due, the time is up, or the subscriber fails several times in a row."""
    until, failures = time.monotonic() + RUN_SECONDS, 0
    while failures < FAILURES_IN_A_RUN and time.monotonic() < until:
        delivery = claim(subscription_id)
        if delivery is None:
            return
        failures = 0 if _send(delivery) else failures + 1


@transaction.atomic
def claim(subscription_id: UUID) -> Delivery | None:
    """A ping, or else the delivery that is due longest, but for keys of which an older one waits or
    any is being sent. Only pings are sent while the subscription is switched off. The lock of the
    subscription lets workers choose one after the other."""
    rows = Subscription.objects.select_for_update(no_key=True)
    subscription = rows.filter(pk=subscription_id).first()
    if subscription is None:
        return None
    now = timezone.now()
    waiting = Delivery.objects.filter(IS_WAITING, subscription_id=subscription_id)
    same_key = waiting.filter(~Q(pk=OuterRef("pk")), topic=OuterRef("topic"), key=OuterRef("key"))
    before = Q(history_id__lt=OuterRef("history_id")) | Q(claimed_until__gt=now)
    free = waiting.filter(Q(claimed_until=None) | Q(claimed_until__lte=now), due_at__lte=now)
    ready = free.filter(~Exists(same_key.filter(before)))
    pings = ready.filter(IS_PING, key=str(subscription_id))
    delivery = pings.order_by("id").first()
    if delivery is None and subscription.active:
        delivery = ready.order_by("due_at", "history_id").first()
    if delivery is not None:
        delivery.attempts += 1
        delivery.claimed_until = now + CLAIM
        delivery.save(update_fields=("attempts", "claimed_until"))
        delivery.subscription = subscription
    return delivery


def _send(delivery: Delivery) -> bool:
    """Whether the subscriber took it, or it is not to be sent any more."""
    subscription = delivery.subscription
    history_id, recorded_at = delivery.history_id, delivery.recorded_at
    if history_id is None or recorded_at is None:  # a ping
        return _call(delivery, ping_body(delivery))
    fact = FactHistory.objects.filter(pk=history_id, recorded_at=recorded_at).first()
    if fact is None:  # erased
        delivery.delete()
        return True
    is_wanted = fact.type in subscription.types
    if not (is_wanted and may_be_sent(fact, subscription.organization_id)):
        Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.WITHHELD)
        return True
    return _call(delivery, body_of(fact))


def _call(delivery: Delivery, body: bytes) -> bool:
    subscription = delivery.subscription
    began, status = time.monotonic(), None
    try:
        headers = headers_of(delivery.event_id, body, keys_of(subscription))
        status = post(subscription.url, body, headers).status
        error = "" if 200 <= status < 300 else "Refused"
    except (AddressRefused, InvalidTag) as refusal:  # the latter after a change of Django's key
        error = type(refusal).__name__
    except CallFailed as failure:
        error = str(failure)
    failpoint("webhooks.after_call")
    delivery.response_status = status
    delivery.response_milliseconds = int((time.monotonic() - began) * 1000)
    delivery.last_error = error[:64]
    if error:
        pause = min(FIRST_PAUSE * 2 ** (delivery.attempts - 1), LONGEST_PAUSE)
        is_last = delivery.is_ping or delivery.attempts >= MAX_ATTEMPTS
        note_failure(delivery, pause=pause, is_last=is_last)
    else:
        note_success(delivery)
    return not error
