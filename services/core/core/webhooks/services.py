"""Everything that changes subscriptions and what is owed to subscribers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.access.models import Membership
from core.access.selectors import members_of
from core.jobs.models import IS_OPEN, Job
from core.jobs.services import schedule
from core.kit.errors import Conflict, NotFound
from core.kit.limits import lock_parent, require_below_limit
from core.kit.outgoing import refuse_private
from core.organizations.models import Organization
from core.outbox.models import FactHistory
from core.webhooks.dispatch import deliveries_of, delivery_of, lock_subscriptions, schedule_send
from core.webhooks.models import (
    IS_WAITING,
    NO_TOPIC,
    PING,
    Delivery,
    DeliveryState,
    Subscription,
)
from core.webhooks.signing import new_secret
from ongoza_contracts.access import Permission, has_permission
from ongoza_contracts.event import uuid7
from ongoza_contracts.users import UserErased
from ongoza_contracts.vocabulary import Role

MAX_SUBSCRIPTIONS = 20  # of one organization
FAILING_FOR = timedelta(days=1)
REPLAY_PAGE = 1000
REPLAY, MAIL = "webhooks.replay", "webhooks.mail_switched_off"
MANAGERS = [role for role in Role if has_permission(role, Permission.WEBHOOK_MANAGE)]


class TooManySubscriptions(Conflict):
    code = "too_many_subscriptions"
    detail = f"An organization has at most {MAX_SUBSCRIPTIONS} subscriptions. Delete one first."


class SwitchedOff(Conflict):
    code = "switched_off"
    detail = "The subscription is switched off. Switch it on first."


class ReplayRunning(Conflict):
    code = "replay_running"
    detail = "A replay of this subscription is running. Try again when it has ended."


class NotFailed(Conflict):
    code = "not_failed"
    detail = "The delivery has not failed."


class WithSecret(NamedTuple):
    subscription: Subscription
    secret: str
    """Shown this once."""


# --- subscriptions -----------------------------------------------------------------------------
def subscribe(
    *, organization: Organization, url: str, types: Iterable[str], description: str = ""
) -> WithSecret:
    """The caller has checked who manages the organization. Raises AddressRefused,
    TooManySubscriptions, and Busy."""
    refuse_private(url)  # asks a name server, so before the transaction
    with lock_parent(Organization.objects.filter(pk=organization.pk)):
        subscriptions = organization.webhook_subscriptions.all()
        require_below_limit(subscriptions, MAX_SUBSCRIPTIONS, TooManySubscriptions)
        new = Subscription(
            organization=organization, url=url, types=sorted({*types}), description=description
        )
        secret, new.encrypted_secret = new_secret(new.pk)
        new.save()
    return WithSecret(new, secret)


def change(*, subscription_id: UUID, **changes: Any) -> Subscription:
    """Waiting deliveries are due at once after a new URL or when it is switched on. Raises
    AddressRefused and NotFound."""
    if "url" in changes:
        refuse_private(changes["url"])
    with transaction.atomic():
        subscription = _get_for_update(subscription_id)
        for name, value in changes.items():
            setattr(subscription, name, sorted({*value}) if name == "types" else value)
        if changes.get("active") or "url" in changes:
            subscription.failing_since = subscription.switched_off_at = None
            _make_due(subscription)
        subscription.save()
    return subscription


@transaction.atomic
def rotate_secret(*, subscription_id: UUID) -> WithSecret:
    """For a day requests are signed with the previous secret as well. Raises NotFound."""
    subscription = _get_for_update(subscription_id)
    subscription.encrypted_previous_secret = subscription.encrypted_secret
    secret, subscription.encrypted_secret = new_secret(subscription.pk)
    subscription.rotated_at = timezone.now()
    subscription.save()
    return WithSecret(subscription, secret)


@transaction.atomic
def unsubscribe(*, subscription_id: UUID) -> None:
    """Delete the subscription with its deliveries. Raises NotFound."""
    _get_for_update(subscription_id, to_delete=True).delete()


def _get_for_update(subscription_id: UUID, *, to_delete: bool = False) -> Subscription:
    """Claims wait until the commit; dispatching and erasures wait only with `to_delete`. Raises
    NotFound."""
    rows = Subscription.objects.select_for_update(no_key=not to_delete)
    subscription = rows.filter(pk=subscription_id).first()
    if subscription is None:
        raise NotFound
    return subscription


def _make_due(subscription: Subscription) -> None:
    waiting = Delivery.objects.filter(IS_WAITING, subscription=subscription)
    _get_all_for_update(waiting).update(attempts=0, due_at=timezone.now())
    schedule_send(subscription.pk)


def _get_all_for_update(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Locks the deliveries in the order of their ids, so that two transactions cannot deadlock."""
    in_order = rows.order_by("pk").select_for_update(no_key=True)
    return Delivery.objects.filter(pk__in=[*in_order.values_list("pk", flat=True)])


# --- the result of a call ----------------------------------------------------------------------
def note_success(delivery: Delivery) -> None:
    delivery.state, delivery.sent_at = DeliveryState.SENT, timezone.now()
    _end_claim(delivery)
    if delivery.is_ping:
        return
    failing = Subscription.objects.filter(pk=delivery.subscription_id, failing_since__isnull=False)
    failing.update(failing_since=None)


def note_failure(delivery: Delivery, *, pause: timedelta, is_last: bool) -> None:
    """Repeat it after the pause, unless it was the last attempt. After a day without any success
    the subscription is switched off and its organization's directors get a mail. Pings are not
    counted."""
    delivery.due_at = timezone.now() + pause
    if is_last:
        delivery.state = DeliveryState.FAILED
    _end_claim(delivery)
    if delivery.is_ping:
        return
    with transaction.atomic():
        rows = Subscription.objects.select_for_update(no_key=True)
        subscription = rows.filter(pk=delivery.subscription_id, active=True).first()
        if subscription is None:
            return
        subscription.failing_since = subscription.failing_since or timezone.now()
        if timezone.now() - subscription.failing_since >= FAILING_FOR:
            _switch_off(subscription)
        subscription.save()


def _end_claim(delivery: Delivery) -> None:
    """No-op if the claim ended by time and another worker has taken it over."""
    claimed = Delivery.objects.filter(pk=delivery.pk, claimed_until=delivery.claimed_until)
    claimed.update(
        claimed_until=None,
        state=delivery.state,
        due_at=delivery.due_at,
        sent_at=delivery.sent_at,
        response_status=delivery.response_status,
        response_milliseconds=delivery.response_milliseconds,
        last_error=delivery.last_error,
    )


def _switch_off(subscription: Subscription) -> None:
    subscription.active, subscription.switched_off_at = False, timezone.now()
    managers = members_of(subscription.organization_id).filter(role__in=MANAGERS)
    active = managers.filter(user__is_active=True).order_by("user_id")
    for user_id in active.values_list("user_id", flat=True).distinct():
        key = f"{subscription.pk} {user_id}"
        schedule(MAIL, subject=str(subscription.pk), user_id=user_id, key=key)


@transaction.atomic
def retry(delivery_id: UUID) -> None:
    """Send a failed delivery again, with all its attempts. Raises NotFailed."""
    failed = Delivery.objects.filter(pk=delivery_id, state=DeliveryState.FAILED)
    if not _wait_again(failed):
        raise NotFailed
    schedule_send(Delivery.objects.get(pk=delivery_id).subscription_id)


def _wait_again(rows: QuerySet[Delivery]) -> int:
    return _get_all_for_update(rows).update(
        state=DeliveryState.WAITING, attempts=0, due_at=timezone.now(), claimed_until=None
    )


# --- ping --------------------------------------------------------------------------------------
@transaction.atomic
def ping(*, subscription_id: UUID) -> Delivery:
    """Have a ping sent, also to a subscription that is switched off. Raises NotFound."""
    subscription = _get_for_update(subscription_id)
    new = Delivery.objects.create(
        subscription=subscription,
        event_id=uuid7(),
        topic=NO_TOPIC,
        key=str(subscription.pk),
        type=PING,
    )
    schedule_send(subscription.pk)
    return new


# --- replay ------------------------------------------------------------------------------------
@transaction.atomic
def replay(*, subscription: Subscription, begin: datetime, until: datetime) -> None:
    """Send again what was recorded in [begin, until). Raises NotFound, SwitchedOff and
    ReplayRunning."""
    subscription = _get_for_update(subscription.pk)  # two at once would both find none running
    if not subscription.active:
        raise SwitchedOff
    running = Job.objects.filter(IS_OPEN, kind=REPLAY, key__startswith=f"{subscription.pk} ")
    if running.exists():
        raise ReplayRunning
    schedule_replay(subscription.pk, begin, until, after=0)


def schedule_replay(subscription_id: UUID, begin: datetime, until: datetime, after: int) -> None:
    subject = f"{subscription_id} {begin.isoformat()} {until.isoformat()} {after}"
    schedule(REPLAY, subject=subject, key=f"{subscription_id} {after}")


@transaction.atomic
def replay_page(subscription_id: UUID, begin: datetime, until: datetime, after: int) -> None:
    """Replay one page of the history, of rows after an id, and schedule the next.

    A delivery that waits already is not changed. No-op for a subscription that was switched off or
    deleted.
    """
    found = lock_subscriptions(Subscription.objects.filter(pk=subscription_id, active=True))
    if not found:
        return
    (subscription,) = found
    recorded = Q(recorded_at__gte=begin, recorded_at__lt=until, type__in=subscription.types)
    history = FactHistory.objects.filter(recorded, _candidates(subscription.organization_id))
    facts = [*history.filter(id__gt=after).order_by("id")[:REPLAY_PAGE]]
    new = deliveries_of(facts, [subscription])
    sent = Delivery.objects.filter(~IS_WAITING, subscription=subscription)
    _wait_again(sent.filter(history_id__in=[one.history_id for one in new]))
    Delivery.objects.bulk_create(new, ignore_conflicts=True)
    if after == 0:  # no history says any more where the user was a member
        _wait_again(sent.filter(recorded, type=UserErased.type))
    if len(facts) == REPLAY_PAGE:
        schedule_replay(subscription_id, begin, until, facts[-1].id)
    schedule_send(subscription_id)


def _candidates(organization_id: int) -> Q:
    """At least the organization's own facts."""
    members = members_of(organization_id).values("user_id")
    return Q(owner_id__in=members) | Q(body__organization_id=organization_id)


# --- erasure -----------------------------------------------------------------------------------
def erasure_subscriptions(user_id: int) -> list[UUID]:
    """The subscriptions that are sent the user's erasure, of every organization in which the user
    ever had a role. One that is switched off is sent it when it is switched on.

    The caller has locked the user and calls this before it deletes memberships and deliveries.
    Locks these subscriptions and those with deliveries of the user, then the deliveries, in the
    order in which `unsubscribe` locks them.
    """
    organizations = Membership.objects.filter(user_id=user_id).values("organization_id")
    are_sent = Q(organization_id__in=organizations, types__contains=[UserErased.type])
    deliveries = Delivery.objects.filter(user_id=user_id)
    have_deliveries = Q(pk__in=deliveries.values("subscription_id"))
    concerned = lock_subscriptions(Subscription.objects.filter(are_sent | have_deliveries))
    _get_all_for_update(deliveries)
    rows = Subscription.objects.filter(are_sent, pk__in=[one.pk for one in concerned])
    return [*rows.order_by("pk").values_list("pk", flat=True)]


def send_erasure(user_id: int, subscription_ids: Iterable[UUID]) -> None:
    """Make deliveries of the fact that the user was erased, which holds the id alone."""
    fact = FactHistory.objects.filter(type=UserErased.type, owner_id=user_id).order_by("-id")[0]
    deliveries = [delivery_of(fact, one) for one in subscription_ids]
    for one in deliveries:
        one.user_id = None
    Delivery.objects.bulk_create(deliveries)
    for one in deliveries:
        schedule_send(one.subscription_id)
