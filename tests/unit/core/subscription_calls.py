"""Calls of the services of plans, subscriptions and entitlements that write them."""

from collections.abc import Callable, Mapping
from typing import Any

from core.subscriptions import services
from core.subscriptions.models import SandboxInvoice, Subscription
from ongoza_contracts.subscriptions import EntitlementSource, Feature
from tests.unit.core.notified import run_jobs
from tests.unit.core.school import World
from tests.unit.core.subscription_rows import (
    BOTH,
    after_end_of,
    end_time,
    paid_subscription,
    plan,
    published_entitlement,
    subscribe,
)


def own(subscription: Subscription, **more: Any) -> dict[str, Any]:
    return {"user": subscription.user, "subscription_id": subscription.pk, **more}


def cancelled(world: World) -> dict[str, Any]:
    found = own(paid_subscription(world.learner))
    services.cancel(**found)
    return found


def downgrade(world: World) -> dict[str, Any]:
    return own(paid_subscription(world.learner), plan_id=plan("basic", 1).pk)


def overdue(world: World) -> dict[str, Any]:
    subscription = paid_subscription(world.learner)
    end_time(subscription, "period_ends_at")
    return {"subscription_id": subscription.pk}


def unpaid(world: World) -> dict[str, Any]:
    subscription = subscribe(world.learner)
    return {"subscription_id": subscription.pk, "plan_id": subscription.plan_id}


def asked_to_pay(world: World) -> dict[str, Any]:
    return own(subscribe(world.learner))


def upgrade_taken_back(world: World) -> dict[str, Any]:
    subscription = paid_subscription(world.learner)
    better = plan("better", 20)
    services.change_plan(**own(subscription, plan_id=better.pk))
    run_jobs()
    return {"subscription_id": subscription.pk}


def given_up(world: World) -> dict[str, Any]:
    """A subscription that ended while its gateway still waits for a payment."""
    late = after_end_of("period_ends_at", paid_subscription(world.learner))
    ended = after_end_of("grace_ends_at", late)
    SandboxInvoice.objects.filter(state="void").update(state="open")
    services.settle(gateway_name="sandbox", reference=ended.gateway_reference)
    return {"subscription_id": ended.pk}


def paid_at_gateway(world: World) -> dict[str, Any]:
    subscription = subscribe(world.learner)
    run_jobs()
    SandboxInvoice.objects.update(state="paid")
    return {"gateway_name": "sandbox", "reference": str(subscription.pk)}


def changed_plan(world: World) -> dict[str, Any]:
    subscription = paid_subscription(world.learner)
    plan(plan_id=subscription.plan_id, features={})
    return {"subscription_id": subscription.pk}


def grant(world: World) -> dict[str, Any]:
    return {
        "granted_by": world.director,
        "user_id": world.learner.pk,
        "feature": Feature.HABITS,
        "source": EntitlementSource.SPONSORED,
        "limit": 30,
    }


def given(world: World) -> dict[str, Any]:
    row = published_entitlement(world.learner)
    return {"ended_by": world.director, "entitlement_id": row.pk}


def paid(world: World) -> dict[str, Any]:
    """A subscription whose features changed with its plan, of which it has no rows yet."""
    subscription = paid_subscription(world.learner)
    plan(plan_id=subscription.plan_id, features={})
    return {"subscription": subscription}


OF_SUBSCRIPTIONS: Mapping[str, tuple[str, Callable[[World], dict[str, Any]]]] = {
    "subscriptions.plans.set_plan": (
        "plans",
        lambda _: {"slug": "plus", "title": "Plus", "rank": 10, "features": BOTH},
    ),
    "subscriptions.plans.retire_plan": ("plans", lambda _: {"plan_id": plan().pk}),
    "subscriptions.entitlements.grant_entitlement": ("entitlements", grant),
    "subscriptions.entitlements.end_entitlement": ("entitlements", given),
    "subscriptions.entitlements.follow_subscription": ("entitlements", paid),
    "subscriptions.services.subscribe": (
        "subscriptions entitlements",
        lambda w: {
            "user": w.learner,
            "plan_id": plan(trial_days=14).pk,
            "currency": "KES",
        },
    ),
    "subscriptions.services.cancel": (
        "subscriptions entitlements",
        lambda w: own(paid_subscription(w.learner)),
    ),
    "subscriptions.services.resume": ("subscriptions entitlements", cancelled),
    "subscriptions.services.change_plan": ("subscriptions", downgrade),
    "subscriptions.services.pass_time": ("subscriptions", overdue),
    "subscriptions.services.request_payment": ("subscriptions invoices", unpaid),
    "subscriptions.services.start_payment": ("subscriptions invoices", asked_to_pay),
    "subscriptions.services.renew": ("invoices", upgrade_taken_back),
    "subscriptions.services.stop_payments": ("invoices", given_up),
    "subscriptions.services.settle": ("subscriptions invoices entitlements", paid_at_gateway),
    "subscriptions.services.follow_plan": ("entitlements", changed_plan),
}
