"""Reads of plans, subscriptions, invoices and entitlements; and the gates."""

from datetime import datetime

from django.db.models import Q, QuerySet

from core.access.selectors import reach, reaches
from core.kit import clock
from core.kit.errors import Conflict, NotFound
from core.subscriptions.models import Entitlement, Invoice, Plan, PlanFeature, Subscription
from core.subscriptions.states import INCOMPLETE_LASTS
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.subscriptions import Feature, SubscriptionState


class NotEntitled(Conflict):
    code = "not_entitled"
    detail = "Your plan does not have this: look at the plans, or ask your organization."


def offered_plans() -> QuerySet[Plan]:
    """With their features and prices, in the order of their ranks."""
    return Plan.objects.filter(retired=False).prefetch_related("features", "prices")


def own_subscriptions(user: User) -> QuerySet[Subscription]:
    return Subscription.objects.filter(user=user)


def due_subscriptions(now: datetime) -> QuerySet[Subscription]:
    """Those whose trial, period, grace or wait for the first payment is over."""
    ended = [SubscriptionState.TRIALING, SubscriptionState.ACTIVE, SubscriptionState.CANCELLED]
    return Subscription.objects.filter(
        Q(state__in=ended, period_ends_at__lte=now)
        | Q(state=SubscriptionState.PAST_DUE, grace_ends_at__lte=now)
        | Q(state=SubscriptionState.INCOMPLETE, created_at__lte=now - INCOMPLETE_LASTS)
    )


def own_invoices(user: User) -> QuerySet[Invoice]:
    return Invoice.objects.filter(user=user)


def visible_entitlements(caller: User) -> QuerySet[Entitlement]:
    """The caller's own, and those of learners to whom the caller may give some."""
    return Entitlement.objects.filter(reach(caller, Permission.ENTITLEMENT_MANAGE, "user"))


def entitlements_of(caller: User, user_id: int) -> QuerySet[Entitlement]:
    """Raises NotFound for somebody else whom the caller may give nothing."""
    if not reaches(caller, Permission.ENTITLEMENT_MANAGE, user_id):
        raise NotFound
    return Entitlement.objects.filter(user=user_id)


def active_entitlements(user_id: int, feature: Feature) -> QuerySet[Entitlement]:
    now = clock.now()
    unended = Q(ends_at=None) | Q(ends_at__gt=now)
    return Entitlement.objects.filter(unended, user=user_id, feature=feature, starts_at__lte=now)


def has_entitlement(user_id: int, feature: Feature) -> bool:
    """THE GATE: whether the user may use a feature. By an entitlement of their own, or because the
    default plan opens it to everybody; without a default plan everything is open."""
    if active_entitlements(user_id, feature).exists():
        return True
    default = Plan.objects.filter(is_default=True)
    return not default.exists() or default.filter(features__feature=feature).exists()


def require_entitlement(user_id: int, feature: Feature) -> None:
    """Raises NotEntitled."""
    if not has_entitlement(user_id, feature):
        raise NotEntitled


def entitled_limit(user_id: int, feature: Feature) -> int:
    """The greatest limit of the user's entitlements and of the default plan; 0 without any."""
    own = active_entitlements(user_id, feature).values_list("limit", flat=True)
    default = PlanFeature.objects.filter(plan__is_default=True, feature=feature)
    return max(limit or 0 for limit in (0, *own, *default.values_list("limit", flat=True)))
