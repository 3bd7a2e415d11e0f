from typing import Any

from django.utils import timezone
from rest_framework import serializers

from core.kit.serializers import AwareDateTimeField, StrictSerializer
from core.webhooks.facts import TYPES
from core.webhooks.models import DELIVERY_STATES, Delivery, Subscription
from ongoza_contracts.vocabulary import ID_MAX

TYPE_CHOICES = [(name, name) for name in TYPES]


class TypesField(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        child = serializers.ChoiceField(choices=TYPE_CHOICES)
        super().__init__(child=child, allow_empty=False, max_length=len(TYPES), **options)


class WebhookSubscriptionSerializer(serializers.ModelSerializer[Subscription]):
    types = TypesField(read_only=True)

    class Meta:
        model = Subscription
        fields: tuple[str, ...] = (
            *("id", "organization", "url", "types", "description", "active"),
            *("failing_since", "switched_off_at", "rotated_at", "created_at"),
        )
        read_only_fields = fields


class WebhookSubscriptionWithSecretSerializer(serializers.Serializer[Any]):
    """The only answer that shows the secret."""

    subscription = WebhookSubscriptionSerializer()
    secret = serializers.CharField()


class WebhookSubscriptionRequest(StrictSerializer):
    organization = serializers.IntegerField(min_value=1, max_value=ID_MAX)
    url = serializers.CharField(max_length=500)
    types = TypesField()
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)


class WebhookSubscriptionChange(StrictSerializer):
    url = serializers.CharField(max_length=500)
    types = TypesField()
    description = serializers.CharField(max_length=200, allow_blank=True)
    active = serializers.BooleanField()


class WebhookReplayRequest(StrictSerializer):
    """The facts that were recorded from one time until just before another, by default now."""

    def get_fields(self) -> dict[str, Any]:
        """Declared here because `from` is no name in Python."""
        return {
            "from": AwareDateTimeField(source="begin"),
            "to": AwareDateTimeField(source="until", required=False),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        until = attrs.get("until", timezone.now())
        if attrs["begin"] >= until:
            errors = {"from": ["This must be before `to`."]}
            raise serializers.ValidationError(errors, code="out_of_range")
        return {**attrs, "until": until}


class WebhookDeliverySerializer(serializers.ModelSerializer[Delivery]):
    state = serializers.ChoiceField(choices=DELIVERY_STATES, read_only=True)

    class Meta:
        model = Delivery
        fields = (
            *("id", "event_id", "type", "key", "recorded_at", "state", "attempts", "due_at"),
            *("response_status", "response_milliseconds", "last_error", "created_at", "sent_at"),
        )
        read_only_fields = fields
