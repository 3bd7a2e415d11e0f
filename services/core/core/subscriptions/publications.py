"""Plans are published with their features and prices and without their title; entitlements without
the reason in words."""

from core.outbox.publications import Publication, register
from core.subscriptions.models import (
    Entitlement,
    Invoice,
    Plan,
    PlanFeature,
    PlanPrice,
    Subscription,
)
from ongoza_contracts.subscriptions import (
    EntitlementUpdated,
    InvoiceUpdated,
    PlanUpdated,
    SubscriptionUpdated,
)

PLAN_COLUMNS = (
    *("slug", "rank", "interval", "trial_days", "is_default", "retired"),
    *("created_at", "updated_at"),
)


def plan_fact(row: Plan) -> PlanUpdated:
    features = sorted(row.features.all(), key=lambda one: one.feature)
    prices = sorted(row.prices.all(), key=lambda one: one.currency)
    return PlanUpdated.model_validate(
        {
            "version": row.version,
            "plan_id": row.id,
            **{name: getattr(row, name) for name in PLAN_COLUMNS},
            "features": [{"feature": one.feature, "limit": one.limit} for one in features],
            "prices": [{"currency": one.currency, "amount": one.amount} for one in prices],
        }
    )


def assign_plan(row: Plan, fact: PlanUpdated) -> None:
    row.id, row.interval = fact.plan_id, fact.interval.value
    for name in {*PLAN_COLUMNS} - {"interval"}:
        setattr(row, name, getattr(fact, name))


def assign_parts(row: Plan, fact: PlanUpdated) -> None:
    row.features.all().delete()
    row.prices.all().delete()
    row.features.bulk_create(
        PlanFeature(plan=row, feature=one.feature.value, limit=one.limit) for one in fact.features
    )
    row.prices.bulk_create(
        PlanPrice(plan=row, currency=one.currency, amount=one.amount) for one in fact.prices
    )


PLANS = register(
    Publication(
        model=Plan,
        fact=PlanUpdated,
        columns={"plan_id": "id"},
        builder=plan_fact,
        related=("features", "prices"),
        assign_row=assign_plan,
        assign_related=assign_parts,
        unpublished={"title": "(the title was lost)"},
    )
)
SUBSCRIPTIONS = register(
    Publication(
        model=Subscription,
        fact=SubscriptionUpdated,
        columns={"subscription_id": "id"},
    )
)
INVOICES = register(
    Publication(
        model=Invoice,
        fact=InvoiceUpdated,
        columns={"invoice_id": "id"},
        unpublished={"lines": []},
    )
)
ENTITLEMENTS = register(
    Publication(
        model=Entitlement,
        fact=EntitlementUpdated,
        columns={"entitlement_id": "id", "granted_by": "granted_by_id"},
        unpublished={"reason": ""},
    )
)
