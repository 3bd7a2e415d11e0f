"""What has to be paid for a subscription, as gateways are asked for it."""

from datetime import datetime

from core.kit import clock
from core.subscriptions.gateways import Order, PaymentGateway, gateway_named
from core.subscriptions.models import Plan, Subscription
from core.subscriptions.money import Money
from core.subscriptions.plans import NoPrice, require_payable
from ongoza_contracts.subscriptions import PlanInterval, SubscriptionState


def due_order(subscription: Subscription, plan: Plan) -> Order | None:
    """The payment that is due; None where none is."""
    key = f"{subscription.pk}:{plan.pk}"
    if subscription.state == SubscriptionState.PAST_DUE and subscription.period_ends_at:
        starts_at = subscription.period_ends_at
        return order_of(subscription, plan, f"{key}:{starts_at.isoformat()}", starts_at)
    if subscription.state == SubscriptionState.ACTIVE and subscription.period_starts_at:
        if plan.rank <= subscription.plan.rank:
            return None
        key = f"{key}:within:{subscription.period_starts_at.isoformat()}"
        return order_of(subscription, plan, key, clock.now(), is_upgrade=True)
    if subscription.state == SubscriptionState.INCOMPLETE:
        return order_of(subscription, plan, key, clock.now())
    return None


def order_of(
    subscription: Subscription,
    plan: Plan,
    key: str,
    starts_at: datetime,
    *,
    is_upgrade: bool = False,
) -> Order:
    return Order(
        key=key,
        subscription_id=subscription.pk,
        plan_id=plan.pk,
        price=require_price_at(gateway_named(subscription.gateway), plan, subscription.currency),
        interval=PlanInterval(plan.interval),
        starts_at=starts_at,
        reference=subscription.gateway_reference,
        is_upgrade=is_upgrade,
    )


def require_price_at(gateway: PaymentGateway, plan: Plan, currency: str) -> Money:
    """Raises NoPrice, also for a price that the gateway cannot say."""
    if (price := plan.prices.filter(currency=currency).first()) is None:
        raise NoPrice(f"The plan has no price in {currency}.")
    require_payable(gateway, price.money)
    return price.money
