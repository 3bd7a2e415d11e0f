"""Facts about plans, subscriptions, invoices and entitlements. They hold ids, enumerations, numbers
and times alone."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact, FactPart
from ongoza_contracts.vocabulary import UserId, unit

AMOUNT_MAX = 10**12
LIMIT_MAX = 1_000_000
PLAN_RANK_MAX, TRIAL_DAYS_MAX = 1000, 365
PLAN_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""A code of ISO 4217."""
Amount = Annotated[
    int, Field(ge=0, le=AMOUNT_MAX, json_schema_extra=unit("minor units of the currency"))
]
"""In minor units as ISO 4217 has them: cents of KES and of USD, whole francs of RWF."""
Limit = Annotated[int, Field(ge=0, le=LIMIT_MAX, json_schema_extra=unit("what the feature counts"))]
GatewayName = Annotated[str, Field(pattern=r"^[a-z]{1,16}$")]
GatewayReference = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")]


class Feature(StrEnum):
    """What a plan or an entitlement opens."""

    MENTORSHIP = "mentorship"
    """Asking for a mentor of one's own."""
    HABITS = "habits"
    """Active habits, as many as the limit says."""


COUNTED = frozenset({Feature.HABITS})
"""The features with a limit; others have none."""


class PlanInterval(StrEnum):
    MONTH = "month"
    YEAR = "year"


class SubscriptionState(StrEnum):
    INCOMPLETE = "incomplete"
    """Waits for its first payment and opens nothing."""
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    """The payment of the period is missing; the features stay until `grace_ends_at`."""
    CANCELLED = "cancelled"
    """Is not renewed; the features stay until `period_ends_at`."""
    EXPIRED = "expired"


class InvoiceState(StrEnum):
    OPEN = "open"
    FAILED = "failed"
    """The last attempt at a payment failed; another may succeed."""
    PAID = "paid"
    VOID = "void"
    """Nobody has to pay it any more."""


class EntitlementSource(StrEnum):
    """Why a user has it: a payment is one of several reasons."""

    PAID = "paid"
    SPONSORED = "sponsored"
    SCHOLARSHIP = "scholarship"
    MANUAL = "manual"


class PlanFeature(FactPart):
    feature: Feature
    """The feature that the plan opens."""
    limit: Limit | None = None
    """Absent for a feature without a number."""


class PlanPrice(FactPart):
    currency: Currency
    """A code of ISO 4217."""
    amount: Amount
    """For one interval of the plan."""


class PlanUpdated(
    Fact,
    type="ongoza.plan.updated.v1",
    key=("plan_id",),
    partition="plan_id",
):
    """A plan was added, changed or retired. Its title is not published."""

    plan_id: UUID
    """A UUID of version 7."""
    slug: str = Field(max_length=50, pattern=PLAN_SLUG)
    """The plan's name in addresses; it is unique."""
    rank: int = Field(ge=0, le=PLAN_RANK_MAX)
    """A change to a plan of a higher rank is an upgrade."""
    interval: PlanInterval
    """How long one payment lasts."""
    trial_days: int = Field(ge=0, le=TRIAL_DAYS_MAX, json_schema_extra=unit("days"))
    """How long a first subscription is free of charge; 0 without a trial."""
    is_default: bool
    """Whether everybody has its features without a subscription; true of one plan at most."""
    retired: bool
    """Whether nobody can subscribe to it any more; subscriptions to it go on."""
    features: tuple[PlanFeature, ...]
    """In the order of their names."""
    prices: tuple[PlanPrice, ...]
    """In the order of their currencies."""
    created_at: AwareDatetime
    """When the plan was added."""
    updated_at: AwareDatetime
    """When the plan changed last."""


class SubscriptionUpdated(
    Fact,
    type="ongoza.subscription.updated.v1",
    key=("subscription_id",),
    partition="user_id",
    subjects=("user_id",),
):
    """A user subscribed to a plan, or their subscription changed."""

    subscription_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The user's id in core."""
    plan_id: UUID
    """The plan that the user subscribed to."""
    next_plan_id: UUID | None = None
    """The plan of a lower rank that follows when the period ends."""
    currency: Currency
    """The code of ISO 4217 that the user pays in."""
    state: SubscriptionState
    """What the subscription opens, and whether a payment is missing."""
    gateway: GatewayName
    """The payment gateway that collects for it."""
    gateway_reference: GatewayReference
    """By which the gateway knows the subscription; empty before it was asked for a payment."""
    is_trial: bool
    """Whether the period is a trial."""
    period_starts_at: AwareDatetime | None = None
    """Absent before the first payment or trial."""
    period_ends_at: AwareDatetime | None = None
    """The end of what was paid for, or of the trial."""
    grace_ends_at: AwareDatetime | None = None
    """Present while the state is `past_due`."""
    created_at: AwareDatetime
    """When the user subscribed."""
    updated_at: AwareDatetime
    """When the subscription changed last."""


class InvoiceUpdated(
    Fact,
    type="ongoza.invoice.updated.v1",
    key=("invoice_id",),
    partition="user_id",
    subjects=("user_id",),
):
    """A payment gateway asked for a payment, or its state changed there."""

    invoice_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The user who is asked to pay."""
    subscription_id: UUID
    """The subscription that the payment is for."""
    plan_id: UUID
    """The plan that the payment is for."""
    currency: Currency
    """A code of ISO 4217."""
    amount: Amount
    """What the user is asked to pay."""
    state: InvoiceState
    """Whether it was paid."""
    gateway: GatewayName
    """The payment gateway that asked for the payment."""
    gateway_invoice_id: GatewayReference
    """By which the gateway knows the invoice."""
    period_starts_at: AwareDatetime
    """When the paid period starts."""
    period_ends_at: AwareDatetime
    """When the paid period ends."""
    paid_at: AwareDatetime | None = None
    """When it was paid; absent before."""
    created_at: AwareDatetime
    """When core learned of the invoice."""
    updated_at: AwareDatetime
    """When the invoice changed last."""


class EntitlementUpdated(
    Fact,
    type="ongoza.entitlement.updated.v1",
    key=("entitlement_id",),
    partition="user_id",
    subjects=("user_id", "granted_by"),
):
    """A user was given a feature, or its end changed. The reason in words is not published."""

    entitlement_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The user who may use the feature."""
    feature: Feature
    """The feature that the user may use."""
    limit: Limit | None = None
    """How many the feature allows; absent for a feature without a number."""
    source: EntitlementSource
    """Why the user has it."""
    starts_at: AwareDatetime
    """From when the user may use the feature."""
    ends_at: AwareDatetime | None = None
    """Absent for one without an end."""
    subscription_id: UUID | None = None
    """Present for the source `paid` alone."""
    granted_by: UserId | None = None
    """Who granted it; absent for the source `paid`, and once that user was erased."""
    created_at: AwareDatetime
    """When it was granted first."""
    updated_at: AwareDatetime
    """When the entitlement changed last."""
