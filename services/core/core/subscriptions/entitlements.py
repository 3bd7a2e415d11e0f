"""Everything that changes entitlements: those that staff give, and those of a subscription."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied

from core.access.selectors import reaches
from core.access.services import lock_users
from core.kit import clock
from core.kit.errors import Conflict, NotFound
from core.kit.limits import lock_parent
from core.kit.versions import get_for_update
from core.outbox.publish import publish
from core.subscriptions.models import Entitlement, Subscription
from core.subscriptions.selectors import visible_entitlements
from core.subscriptions.states import GRACE
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.subscriptions import EntitlementSource, Feature, SubscriptionState

GIVEN = (EntitlementSource.SPONSORED, EntitlementSource.SCHOLARSHIP, EntitlementSource.MANUAL)
"""The sources of entitlements that people give."""
NOTHING_OPEN = (SubscriptionState.INCOMPLETE, SubscriptionState.EXPIRED)


class PaidEntitlement(Conflict):
    code = "paid_entitlement"
    detail = "It follows from a subscription, and ends with it."


def grant_entitlement(
    *,
    granted_by: User,
    user_id: int,
    feature: Feature,
    source: EntitlementSource,
    limit: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    reason: str = "",
) -> Entitlement:
    """Give a learner a feature for another reason than a payment.

    Raises NotFound for a learner whom `granted_by` does not reach, PermissionDenied for oneself,
    and Busy.
    """
    with lock_parent(User.objects.filter(pk=min(user_id, granted_by.pk))):
        lock_users({user_id, granted_by.pk})
        _require_giver(granted_by, user_id)
        entitlement = Entitlement(
            user_id=user_id,
            feature=feature,
            source=source,
            limit=limit,
            starts_at=starts_at or clock.now(),
            ends_at=ends_at,
            granted_by=granted_by,
            reason=reason,
        )
        publish(entitlement)
    return entitlement


def end_entitlement(*, ended_by: User, entitlement_id: UUID) -> Entitlement:
    """End what was given, at once; no-op if it has ended.

    Raises NotFound, PermissionDenied for one's own, PaidEntitlement and Busy.
    """
    rows = visible_entitlements(ended_by).filter(pk=entitlement_id)
    user_id = rows.values_list("user_id", flat=True).first()
    if user_id is None:
        raise NotFound
    _require_giver(ended_by, user_id)
    with lock_parent(User.objects.filter(pk=user_id)):
        entitlement = get_for_update(rows)
        if entitlement.source not in GIVEN:
            raise PaidEntitlement
        _end(entitlement, clock.now())
    return entitlement


def follow_subscription(subscription: Subscription) -> None:
    """Bring the entitlements of a subscription in line with its state and plan. The caller holds
    the locks of the user and of the subscription.

    While it is not cancelled they last for the grace too, so that no late job closes anything.
    """
    now, ends_at = clock.now(), _opens_until(subscription)
    rows = {row.feature: row for row in subscription.entitlements.select_for_update(no_key=True)}
    opened = {} if ends_at is None else dict(_features(subscription))
    for feature, limit in opened.items():
        row = rows.pop(feature, None) or Entitlement(
            user_id=subscription.user_id,
            feature=feature,
            source=EntitlementSource.PAID,
            subscription=subscription,
            starts_at=now,
        )
        if row.version and (row.limit, row.ends_at) == (limit, ends_at):
            continue
        if row.ends_at and row.ends_at <= now:
            row.starts_at = now
        row.limit, row.ends_at = limit, ends_at
        publish(row)
    for row in rows.values():
        _end(row, now)


def _opens_until(subscription: Subscription) -> datetime | None:
    """None for a subscription that opens nothing."""
    if subscription.state in NOTHING_OPEN or subscription.period_ends_at is None:
        return None
    if subscription.state == SubscriptionState.CANCELLED:
        return subscription.period_ends_at
    return subscription.grace_ends_at or subscription.period_ends_at + GRACE


def _features(subscription: Subscription) -> list[tuple[str, int | None]]:
    return [*subscription.plan.features.values_list("feature", "limit")]


def _end(entitlement: Entitlement, now: datetime) -> None:
    if entitlement.ends_at is None or entitlement.ends_at > now:
        entitlement.ends_at = max(now, entitlement.starts_at)
        publish(entitlement)


def _require_giver(caller: User, user_id: int) -> None:
    """Raises NotFound and PermissionDenied."""
    if caller.pk == user_id:
        raise PermissionDenied
    if not reaches(caller, Permission.ENTITLEMENT_MANAGE, user_id):
        raise NotFound
