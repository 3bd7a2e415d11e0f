"""Rows for the lists of plans, subscriptions, invoices and entitlements."""

from collections.abc import Callable

from core.subscriptions.models import Plan, Subscription
from core.users.models import User
from tests.unit.core.subscription_rows import (
    plan,
    published_entitlement,
    published_invoice,
    published_plan,
    published_subscription,
)


def plans(_: User, numbers: range) -> None:
    for number in numbers:
        plan(f"plan-{number}")


def subscriptions(user: User, numbers: range) -> None:
    offered = Plan.objects.first() or published_plan()
    for _ in numbers:
        published_subscription(user, offered)


def invoices(user: User, numbers: range) -> None:
    if not user.subscriptions.exists():
        subscriptions(user, range(1))
    for _ in numbers:
        published_invoice(Subscription.objects.get(user=user))


def entitlements(user: User, numbers: range) -> None:
    for _ in numbers:
        published_entitlement(user)


SUBSCRIPTION_LISTS: dict[str, tuple[Callable[[User, range], None], str]] = {
    "/entitlements/": (entitlements, "entitlements/?"),
    "/invoices/": (invoices, "invoices/?"),
    "/subscriptions/": (subscriptions, "subscriptions/?"),
    "/subscriptions/plans/": (plans, "subscriptions/plans/?"),
}
