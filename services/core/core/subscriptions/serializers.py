from typing import Any

from django.utils import timezone
from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import AwareDateTimeField, StrictSerializer
from core.subscriptions.entitlements import GIVEN
from core.subscriptions.gateways import InvoiceLine, gateways_taking
from core.subscriptions.models import (
    CURRENCIES,
    Entitlement,
    Invoice,
    Plan,
    PlanFeature,
    PlanPrice,
    Subscription,
)
from core.subscriptions.previews import Preview
from ongoza_contracts.subscriptions import COUNTED, LIMIT_MAX, EntitlementSource, Feature
from ongoza_contracts.vocabulary import ID_MAX

GIVEN_SOURCES = [(source.value, source.title()) for source in GIVEN]


class GatewaysField(serializers.ListField):
    """The gateways of something that has a currency."""

    child = serializers.CharField()

    def __init__(self) -> None:
        super().__init__(
            source="currency",
            read_only=True,
            help_text="Those that take the currency here; the first is asked if none is named.",
        )

    def to_representation(self, data: str) -> list[str]:  # type: ignore[override]
        return gateways_taking(data)


class PlanFeatureSerializer(serializers.ModelSerializer[PlanFeature]):
    class Meta:
        model = PlanFeature
        fields = ("feature", "limit")
        read_only_fields = fields


class PlanPriceSerializer(serializers.ModelSerializer[PlanPrice]):
    gateways = GatewaysField()

    class Meta:
        model = PlanPrice
        fields = ("currency", "amount", "gateways")
        read_only_fields = fields
        extra_kwargs = {
            "amount": {"help_text": "In minor units of ISO 4217: 150000 are KES 1500.00."}
        }


class PlanSerializer(serializers.ModelSerializer[Plan]):
    features = PlanFeatureSerializer(many=True, read_only=True)
    prices = PlanPriceSerializer(many=True, read_only=True)

    class Meta:
        model = Plan
        fields = (
            *("id", "slug", "title", "rank", "interval", "trial_days", "is_default"),
            *("features", "prices", "created_at", "updated_at"),
        )
        read_only_fields = fields


class SubscriptionSerializer(serializers.ModelSerializer[Subscription]):
    class Meta:
        model = Subscription
        fields = (
            *("id", "plan", "next_plan", "currency", "gateway", "state", "is_trial"),
            *("period_starts_at", "period_ends_at", "grace_ends_at", "created_at", "updated_at"),
        )
        read_only_fields = fields


class InvoiceSerializer(serializers.ModelSerializer[Invoice]):
    class Meta:
        model = Invoice
        fields = (
            *("id", "subscription", "plan", "gateway", "gateway_invoice_id", "currency", "amount"),
            *("state", "period_starts_at", "period_ends_at", "paid_at"),
            *("created_at", "updated_at"),
        )
        read_only_fields = fields


class EntitlementSerializer(serializers.ModelSerializer[Entitlement]):
    class Meta:
        model = Entitlement
        fields = (
            *("id", "user", "feature", "limit", "source", "starts_at", "ends_at", "subscription"),
            *("created_at", "updated_at"),
        )
        read_only_fields = fields


class SubscribeRequest(StrictSerializer):
    plan = serializers.UUIDField(source="plan_id")
    currency = serializers.ChoiceField(choices=CURRENCIES)
    gateway = serializers.CharField(
        source="gateway_name",
        max_length=16,
        required=False,
        help_text="stripe or mpesa; without it the first that takes the currency.",
    )


class ChangePlanRequest(StrictSerializer):
    plan = serializers.UUIDField(source="plan_id")


class PayRequest(StrictSerializer):
    phone = serializers.CharField(
        max_length=12,
        required=False,
        help_text="For M-Pesa: the phone that pays, such as 254712345678. It is not stored.",
    )


class PaymentPageSerializer(serializers.Serializer[dict[str, str]]):
    url = serializers.CharField(
        read_only=True, help_text="The gateway's page; empty at a gateway without pages."
    )


class PreviewLineSerializer(serializers.Serializer[InvoiceLine]):
    amount = serializers.IntegerField(read_only=True, help_text="Below nothing for a credit.")
    is_proration = serializers.BooleanField(read_only=True)
    starts_at = serializers.DateTimeField(read_only=True)
    ends_at = serializers.DateTimeField(read_only=True)


class UpgradePreviewSerializer(serializers.Serializer[Preview]):
    currency = serializers.CharField(source="price.currency", read_only=True)
    amount = serializers.IntegerField(
        source="price.amount", read_only=True, help_text="In minor units of ISO 4217."
    )
    lines = PreviewLineSerializer(many=True, read_only=True)


class GrantEntitlementRequest(StrictSerializer):
    user = serializers.IntegerField(source="user_id", min_value=1, max_value=ID_MAX)
    feature = serializers.ChoiceField(choices=enum_choices(Feature))
    source = serializers.ChoiceField(choices=GIVEN_SOURCES)  # type: ignore[assignment]
    limit = serializers.IntegerField(
        min_value=1,
        max_value=LIMIT_MAX,
        required=False,
        help_text="For a feature that is counted.",
    )
    starts_at = AwareDateTimeField(required=False, help_text="Now, without it.")
    ends_at = AwareDateTimeField(required=False, help_text="Without it there is no end.")
    reason = serializers.CharField(
        max_length=200, required=False, help_text="For staff; it is not shown to the learner."
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        starts_at = values.get("starts_at") or timezone.now()
        if "ends_at" in values and values["ends_at"] <= starts_at:
            raise serializers.ValidationError({"ends_at": ["End after the start."]})
        values["feature"] = Feature(values["feature"])
        if ("limit" in values) != (values["feature"] in COUNTED):
            raise serializers.ValidationError({"limit": ["Give it for a counted feature alone."]})
        values["source"] = EntitlementSource(values["source"])
        return values


class StripeEventRequest(serializers.Serializer[Any]):
    """What core reads of an event of Stripe, which holds more."""

    id = serializers.CharField()


class MpesaCallbackRequest(serializers.Serializer[Any]):
    """What M-Pesa reports; core believes none of it."""

    Body = serializers.DictField()


class MpesaReversalRequest(serializers.Serializer[Any]):
    """What M-Pesa reports of a reversal. Core reads its code and its id."""

    Result = serializers.DictField()
