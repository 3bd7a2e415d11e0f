"""Everything that changes plans."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from core.jobs.services import schedule
from core.kit.errors import Conflict, NotFound
from core.kit.versions import get_for_update
from core.outbox.publish import publish, publish_with_parts
from core.subscriptions.gateways import PaymentGateway, gateway_named
from core.subscriptions.models import LIVE, Plan, PlanFeature, PlanPrice, Subscription
from core.subscriptions.money import ImpossibleAmount, Money
from ongoza_contracts.subscriptions import Feature, PlanInterval

PLANS_LOCK = "SELECT pg_advisory_xact_lock(7305121913)"
"""So that changes of plans wait for each other, which share slugs and the default."""


class SlugTaken(Conflict):
    code = "slug_taken"
    detail = "Another plan has this slug."


class CurrencyInUse(Conflict):
    """Says which."""

    code = "currency_in_use"


class DefaultPlan(Conflict):
    code = "default_plan"
    detail = "The default plan has no price and no trial, and is not retired."


class NoPrice(Conflict):
    """Says in which currency, or at which gateway."""

    code = "no_price"


@transaction.atomic
def set_plan(
    *,
    slug: str,
    title: str,
    rank: int,
    features: Mapping[Feature, int | None],
    prices: Sequence[Money] = (),
    interval: PlanInterval = PlanInterval.MONTH,
    trial_days: int = 0,
    is_default: bool = False,
    plan_id: UUID | None = None,
) -> Plan:
    """Add a plan, or change the one with this id: its subscribers get its new features at once, and
    pay its new price from their next period on. A new default plan takes the place of the old.

    Raises NotFound, SlugTaken, CurrencyInUse and DefaultPlan, and NoPrice for an amount
    that a gateway of this server cannot say.
    """
    with connection.cursor() as cursor:
        cursor.execute(PLANS_LOCK)
    plan = Plan() if plan_id is None else get_for_update(Plan.objects.filter(pk=plan_id))
    _require_valid(plan, slug, prices, trial_days, is_default)
    if is_default:
        _end_default(plan)
    plan.slug, plan.title, plan.rank, plan.interval = slug, title, rank, interval
    plan.trial_days, plan.is_default = trial_days, is_default
    if plan_id is None:
        plan.save()
    with publish_with_parts(plan):
        plan.features.all().delete()
        plan.prices.all().delete()
        plan.features.bulk_create(
            PlanFeature(plan=plan, feature=feature, limit=limit)
            for feature, limit in features.items()
        )
        plan.prices.bulk_create(
            PlanPrice(plan=plan, currency=price.currency, amount=price.amount) for price in prices
        )
    if plan_id is not None:
        schedule("subscriptions.plan_changed", subject=str(plan.pk))
    return plan


@transaction.atomic
def retire_plan(*, plan_id: UUID) -> Plan:
    """Nobody can subscribe to the plan any more; subscriptions go on. No-op for a retired one.
    Raises NotFound and DefaultPlan."""
    plan = get_for_update(Plan.objects.filter(pk=plan_id))
    if plan.is_default:
        raise DefaultPlan
    if not plan.retired:
        plan.retired = True
        publish(plan)
    return plan


def offered_plan(plan_id: UUID) -> Plan:
    """Raises NotFound for one to which nobody can subscribe."""
    rows = Plan.objects.filter(pk=plan_id, retired=False, is_default=False)
    if (plan := rows.first()) is None:
        raise NotFound
    return plan


def require_payable(gateway: PaymentGateway, price: Money) -> None:
    """Raises NoPrice for an amount that the gateway cannot say."""
    try:
        gateway.units.to_gateway(price)
    except ImpossibleAmount as error:
        raise NoPrice(f"{price} cannot be paid by {gateway.name}.") from error


def require_payable_everywhere(prices: Collection[Money]) -> None:
    """Raises NoPrice for an amount that one of this server's gateways cannot say though it takes
    the currency."""
    for gateway in map(gateway_named, settings.PAYMENT_GATEWAYS):
        for price in prices:
            if gateway.currencies is None or price.currency in gateway.currencies:
                require_payable(gateway, price)


def _require_valid(
    plan: Plan, slug: str, prices: Sequence[Money], trial_days: int, is_default: bool
) -> None:
    if Plan.objects.filter(slug=slug).exclude(pk=plan.pk).exists():
        raise SlugTaken
    if is_default and (prices or trial_days or plan.retired):
        raise DefaultPlan
    require_payable_everywhere(prices)
    live = Subscription.objects.filter(Q(plan=plan.pk) | Q(next_plan=plan.pk), state__in=LIVE)
    used = live.order_by().values_list("currency", flat=True).distinct()
    if missing := sorted({*used} - {price.currency for price in prices}):
        raise CurrencyInUse(f"Subscriptions are paid in {', '.join(missing)}: keep the price.")


def _end_default(plan: Plan) -> None:
    others = Plan.objects.filter(is_default=True).exclude(pk=plan.pk)
    for other in others.select_for_update(no_key=True):
        other.is_default = False
        publish(other)
