"""What an upgrade costs before it is asked for, as its gateway computes it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from core.kit.errors import NotFound
from core.subscriptions.gateway_time import limited_time
from core.subscriptions.gateways import GatewayUnavailable, InvoiceLine, NothingToPay, gateway_named
from core.subscriptions.money import ImpossibleAmount, Money
from core.subscriptions.orders import due_order
from core.subscriptions.plans import offered_plan
from core.subscriptions.selectors import own_subscriptions
from core.subscriptions.states import SUBSCRIPTION_STATES
from core.users.models import User


@dataclass(frozen=True)
class Preview:
    price: Money
    lines: Sequence[InvoiceLine]
    """With their amounts in our units, unlike those that are stored. None of them where one is a
    part of a unit, which the whole is not."""


@limited_time()
def preview_upgrade(*, user: User, subscription_id: UUID, plan_id: UUID) -> Preview:
    """What the subscription costs now with a plan of a higher rank; nothing changes by it.

    Raises NotFound, NoPrice, IllegalTransition, NothingToPay for a change that waits or is free,
    DowngradeWaits, NoGateway and GatewayUnavailable.
    """
    subscription = own_subscriptions(user).filter(pk=subscription_id).first()
    if subscription is None:
        raise NotFound
    plan = offered_plan(plan_id)
    SUBSCRIPTION_STATES.move(subscription, "change-plan")
    gateway = gateway_named(subscription.gateway)
    order = due_order(subscription, plan)
    if order is None:
        raise NothingToPay
    found = gateway.preview_upgrade(order)
    try:
        price = gateway.units.from_gateway(found.amount, found.currency)
    except ImpossibleAmount:
        raise GatewayUnavailable("The payment service names a part of a minor unit.") from None
    try:
        ours = [gateway.units.from_gateway(one.amount, found.currency) for one in found.lines]
    except ImpossibleAmount:
        return Preview(price, ())
    lines = [
        replace(line, amount=money.amount) for line, money in zip(found.lines, ours, strict=True)
    ]
    return Preview(price, lines)
