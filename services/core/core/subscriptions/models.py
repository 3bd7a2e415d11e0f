"""Plans, subscriptions to them, their invoices, and the entitlements that all of it ends in."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.kit.versions import Part, Versioned
from core.subscriptions.charge_states import ChargeState
from core.subscriptions.money import ISO_EXPONENTS, Money
from ongoza_contracts.event import uuid7
from ongoza_contracts.subscriptions import (
    EntitlementSource,
    Feature,
    InvoiceState,
    PlanInterval,
    SubscriptionState,
)

CURRENCIES = [(code, code) for code in sorted(ISO_EXPONENTS)]
CHARGE_STATES = enum_choices(ChargeState)
LIVE = (
    SubscriptionState.INCOMPLETE,
    SubscriptionState.TRIALING,
    SubscriptionState.ACTIVE,
    SubscriptionState.PAST_DUE,
    SubscriptionState.CANCELLED,
)
"""The states of a subscription that has not ended. A user has one of them at most."""


class Plan(Versioned):
    """What a subscription opens, and what it costs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=50, unique=True)
    title = models.CharField(max_length=120)
    rank = models.PositiveSmallIntegerField(default=0)
    interval = models.CharField(
        max_length=8, choices=enum_choices(PlanInterval), default=PlanInterval.MONTH.value
    )
    trial_days = models.PositiveSmallIntegerField(default=0)
    is_default = models.BooleanField(default=False)
    retired = models.BooleanField(default=False)

    class Meta:
        ordering = ("rank", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("is_default",), condition=Q(is_default=True), name="one_default_plan"
            ),
        )

    def __str__(self) -> str:
        return self.title


class PlanFeature(Part):
    whole = "plan"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="features")
    feature = models.CharField(max_length=32, choices=enum_choices(Feature))
    limit = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ("feature",)
        constraints = (
            models.UniqueConstraint(fields=("plan", "feature"), name="one_feature_of_plan"),
        )

    def __str__(self) -> str:
        return self.feature if self.limit is None else f"{self.feature} {self.limit}"


class PlanPrice(Part):
    whole = "plan"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3, choices=CURRENCIES)
    amount = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("currency",)
        constraints = (
            models.UniqueConstraint(fields=("plan", "currency"), name="one_price_in_currency"),
        )

    def __str__(self) -> str:
        return str(self.money)

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class Subscription(Versioned):
    """A user's subscription to a plan; ended ones stay."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="subscriptions")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="subscriptions")
    next_plan = models.ForeignKey(Plan, models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3, choices=CURRENCIES)
    state = models.CharField(
        max_length=16,
        choices=enum_choices(SubscriptionState),
        default=SubscriptionState.INCOMPLETE.value,
    )
    gateway = models.CharField(max_length=16)
    gateway_reference = models.CharField(max_length=64, blank=True)
    """By which the gateway knows the subscription; empty before it was asked for a payment."""
    is_trial = models.BooleanField(default=False)
    """Whether the period is a trial."""
    period_starts_at = models.DateTimeField(null=True, blank=True)
    period_ends_at = models.DateTimeField(null=True, blank=True)
    grace_ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(state__in=[state.value for state in LIVE]),
                name="one_live_subscription",
            ),
        )
        indexes = (
            models.Index(
                fields=("state", "period_ends_at"),
                condition=Q(state__in=[state.value for state in LIVE]),
                name="subscription_period",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.plan} ({self.get_state_display()})"


class Invoice(Versioned):
    """What a gateway asked a user to pay for one period of a subscription."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="invoices")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="invoices")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    gateway = models.CharField(max_length=16)
    gateway_invoice_id = models.CharField(max_length=64)
    currency = models.CharField(max_length=3, choices=CURRENCIES)
    amount = models.PositiveBigIntegerField()
    state = models.CharField(max_length=8, choices=enum_choices(InvoiceState))
    period_starts_at = models.DateTimeField()
    period_ends_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    lines = models.JSONField(default=list, blank=True)
    """What the amount consists of, as the gateway computed it. It is not published."""

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("gateway", "gateway_invoice_id"), name="one_invoice_of_gateway"
            ),
            models.CheckConstraint(
                condition=Q(period_ends_at__gt=F("period_starts_at")), name="invoice_period"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {Money(self.amount, self.currency)} ({self.get_state_display()})"


class Entitlement(Versioned):
    """A feature that a user may use from `starts_at` until `ends_at`, for whatever reason. Gates
    ask these rows and the default plan, and nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="entitlements")
    feature = models.CharField(max_length=32, choices=enum_choices(Feature))
    limit = models.PositiveIntegerField(null=True, blank=True)
    source = models.CharField(max_length=16, choices=enum_choices(EntitlementSource))
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, null=True, blank=True, related_name="entitlements"
    )
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("subscription", "feature"), name="one_entitlement_of_subscription"
            ),
            models.CheckConstraint(
                condition=Q(subscription__isnull=False, source="paid")
                | (Q(subscription__isnull=True) & ~Q(source="paid")),
                name="paid_by_subscription",
            ),
        )
        indexes = (models.Index(fields=("user", "feature"), name="entitlement_gate"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.get_feature_display()} ({self.get_source_display()})"


class GatewayEvent(models.Model):
    """An event that a gateway reported and signed. It says that something changed, not what."""

    id = models.BigAutoField(primary_key=True)
    gateway = models.CharField(max_length=16)
    event_id = models.CharField(max_length=64)
    reference = models.CharField(max_length=64, blank=True)
    """By which the gateway knows the subscription; empty for an event about something else."""
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("gateway", "event_id"), name="one_event_of_gateway"),
        )
        indexes = (models.Index(fields=("received_at", "id"), name="gateway_event_age"),)

    def __str__(self) -> str:
        return f"{self.gateway}: {self.event_id}"


class SingleInvoice(models.Model):
    """What core stores for a gateway that knows single payments and no subscriptions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="+")
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    key = models.CharField(max_length=160)
    """By which a repeated request for the same payment is known, until its invoice is void."""
    amount = models.PositiveBigIntegerField()
    """In the gateway's units."""
    currency = models.CharField(max_length=3)
    state = models.CharField(
        max_length=8, choices=enum_choices(InvoiceState), default=InvoiceState.OPEN.value
    )
    period_starts_at = models.DateTimeField()
    period_ends_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.pk}: {self.currency} {self.amount} ({self.state})"


class SandboxInvoice(SingleInvoice):
    """What the sandbox gateway stores: a real gateway has the like on its own servers."""

    class Meta(SingleInvoice.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("key",), condition=~Q(state="void"), name="one_invoice_of_key"
            ),
        )


class MpesaInvoice(SingleInvoice):
    """What is paid by a phone that M-Pesa asks."""

    class Meta(SingleInvoice.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("key",), condition=~Q(state="void"), name="one_mpesa_invoice_of_key"
            ),
        )


class MpesaRequest(models.Model):
    """That a phone was asked to pay an invoice. Each request of an invoice may be paid, also after
    a later one. The phone's number is not stored."""

    id = models.BigAutoField(primary_key=True)
    invoice = models.ForeignKey(MpesaInvoice, models.CASCADE, related_name="requests")
    request_id = models.CharField(max_length=64, blank=True)
    """M-Pesa's id of the request; empty while its answer is missing."""
    asked_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=enum_choices(InvoiceState), default=InvoiceState.OPEN.value
    )
    to_reverse = models.BooleanField("to be reversed", default=False)
    """Whether it was paid although its invoice was paid already."""

    class Meta:
        verbose_name = "M-Pesa request"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("request_id",), condition=~Q(request_id=""), name="one_mpesa_request_of_id"
            ),
        )
        indexes = (
            models.Index(
                fields=("id",), condition=Q(to_reverse=True), name="mpesa_payment_to_reverse"
            ),
        )

    def __str__(self) -> str:
        return f"{self.request_id or self.pk} ({self.state})"


class Charge(models.Model):
    """A payment that is made once, outside of any subscription. It names what is paid for, and no
    user: an erasure leaves it, so that money can still go back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=32)
    """The kind of the job that decides about it once it is paid."""
    subject = models.UUIDField()
    """What is paid for, for instance an enrolment."""
    gateway = models.CharField(max_length=16)
    reference = models.CharField(max_length=64, blank=True)
    """By which the gateway knows it; empty before the gateway was asked."""
    currency = models.CharField(max_length=3, choices=CURRENCIES)
    amount = models.PositiveBigIntegerField()
    state = models.CharField(max_length=16, choices=CHARGE_STATES, default=ChargeState.OPEN.value)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    paid_at = models.DateTimeField(null=True, blank=True)
    """When core learned of the payment."""
    refunded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("subject", "gateway", "currency"),
                condition=Q(state="open"),
                name="one_open_charge",
            ),
            models.UniqueConstraint(
                fields=("gateway", "reference"),
                condition=~Q(reference=""),
                name="one_charge_of_reference",
            ),
        )
        indexes = (models.Index(fields=("subject", "id"), name="charge_subject"),)

    def __str__(self) -> str:
        return f"{self.money} ({self.get_state_display()})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class SandboxCharge(models.Model):
    """What the sandbox gateway stores of a charge: a real gateway has the like on its servers."""

    id = models.UUIDField(primary_key=True, editable=False)
    state = models.CharField(max_length=16, choices=CHARGE_STATES, default=ChargeState.OPEN.value)

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"


class MpesaCharge(models.Model):
    """That a phone was asked to pay a charge: once. The phone's number is not stored."""

    charge = models.OneToOneField(Charge, models.CASCADE, primary_key=True, related_name="+")
    request_id = models.CharField(max_length=64, blank=True)
    """M-Pesa's id of the request; empty while its answer is missing."""
    asked_at = models.DateTimeField()
    receipt = models.CharField(max_length=16, blank=True)
    """M-Pesa's number of the payment, as a callback said it."""
    reversal_asked_at = models.DateTimeField(null=True)
    reversal_id = models.CharField(max_length=64, blank=True)
    """M-Pesa's id of the reversal; empty while its answer is missing."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("request_id",), condition=~Q(request_id=""), name="one_mpesa_charge_of_id"
            ),
            models.UniqueConstraint(
                fields=("receipt",), condition=~Q(receipt=""), name="one_mpesa_charge_of_receipt"
            ),
        )

    def __str__(self) -> str:
        return f"{self.charge_id}: {self.request_id}"
