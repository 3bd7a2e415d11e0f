"""Bodies of the routes of notifications."""

import re
from typing import Any

from rest_framework import serializers

from core.kit.serializers import AwareDateTimeField, SecretField, StrictSerializer
from core.notifications import push_encryption
from core.notifications.models import Channel, Notification, PhoneNumber, PushSubscription
from core.notifications.push_addresses import address_of
from core.notifications.registry import notification_kinds
from core.notifications.rendering import locale_of, render

MAX_IDS = 100
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


# --- the list ----------------------------------------------------------------------------------
class NotificationListSerializer(serializers.ListSerializer[Any]):
    def to_representation(self, data: Any) -> list[dict[str, Any]]:
        """The rows belong to one user: their texts are rendered together."""
        rows: list[Notification] = [*data]
        texts = render(rows, locale_of(rows[0].user_id)) if rows else []
        shown = super().to_representation(rows)
        return [{**one, **text._asdict()} for one, text in zip(shown, texts, strict=True)]


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """`subject` holds the id of what it is about, for a link in the client."""

    title = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)

    class Meta:
        model = Notification
        list_serializer_class = NotificationListSerializer
        fields = ("id", "kind", "subject", "title", "text", "created_at", "read_at")
        read_only_fields = fields


class Unread(serializers.Serializer[Any]):
    unread = serializers.IntegerField()


class ReadRequest(StrictSerializer):
    """Either `ids` or `until`."""

    ids = serializers.ListField(child=serializers.UUIDField(), max_length=MAX_IDS, required=False)
    until = AwareDateTimeField(
        required=False, help_text="All that were created at this time or before it."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Give either ids or until.")
        return attrs


# --- preferences -------------------------------------------------------------------------------
class KindChannelsSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    channels = serializers.ListField(child=serializers.ChoiceField(choices=Channel.choices))
    urgent = serializers.BooleanField(
        help_text="Ignores quiet hours; its default channels cannot be switched off."
    )


class NotificationPreferencesSerializer(serializers.Serializer[Any]):
    """`push_key` is the applicationServerKey of web push, null where that is off."""

    weekly_digest = serializers.BooleanField()
    kinds = KindChannelsSerializer(many=True)
    push_key = serializers.CharField(allow_null=True)
    sms = serializers.BooleanField(help_text="Whether text messages are set up on this server.")


class KindChannelsRequest(StrictSerializer):
    kind = serializers.CharField(max_length=64)
    channels = serializers.ListField(
        child=serializers.ChoiceField(choices=Channel.choices), max_length=len(Channel)
    )

    def validate_kind(self, name: str) -> str:
        if name not in notification_kinds():
            raise serializers.ValidationError("There is no such kind.", "unknown_value")
        return name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind = notification_kinds()[attrs["kind"]]
        if kind.urgent and not kind.channels <= {*attrs["channels"]}:
            text = f"These cannot be switched off: {', '.join(sorted(kind.channels))}."
            raise serializers.ValidationError({"channels": [text]})
        return attrs


class NotificationPreferencesRequest(StrictSerializer):
    """Kinds that are not named get their default channels."""

    weekly_digest = serializers.BooleanField()
    kinds = KindChannelsRequest(many=True)

    def validate_kinds(self, kinds: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({one["kind"] for one in kinds}) < len(kinds):
            raise serializers.ValidationError("A kind is named twice.", "invalid")
        return kinds


# --- web push ----------------------------------------------------------------------------------
class PushSubscriptionSerializer(serializers.ModelSerializer[PushSubscription]):
    endpoint = serializers.SerializerMethodField(help_text="Null if it became unreadable.")

    class Meta:
        model = PushSubscription
        fields = ("id", "endpoint", "created_at")
        read_only_fields = fields

    def get_endpoint(self, subscription: PushSubscription) -> str | None:
        address = address_of(subscription)
        return address.endpoint if address else None


class PushKeysRequest(StrictSerializer):
    p256dh = serializers.CharField(max_length=88)
    auth = serializers.CharField(max_length=24)

    def validate_p256dh(self, text: str) -> str:
        try:
            push_encryption.browser_key(text)
        except ValueError:
            raise serializers.ValidationError("This is no key of a browser.", "invalid") from None
        return text

    def validate_auth(self, text: str) -> str:
        try:
            push_encryption.browser_secret(text)
        except ValueError:
            raise serializers.ValidationError("This is no 16-byte secret.", "invalid") from None
        return text


class PushSubscriptionRequest(StrictSerializer):
    """As a browser's `PushSubscription` has it, without `expirationTime`."""

    endpoint = serializers.CharField(max_length=1024)
    keys = PushKeysRequest()


# --- text messages -----------------------------------------------------------------------------
class PhoneNumberSerializer(serializers.ModelSerializer[PhoneNumber]):
    verified = serializers.SerializerMethodField()

    class Meta:
        model = PhoneNumber
        fields = ("number", "verified")
        read_only_fields = ("number",)

    def get_verified(self, phone: PhoneNumber) -> bool:
        return phone.verified_at is not None


class PhoneNumberRequest(StrictSerializer):
    # Blanks are refused, not removed: the rate limit of a number counts its one spelling.
    number = serializers.CharField(
        max_length=16, trim_whitespace=False, help_text="Like +254711000000."
    )

    def validate_number(self, number: str) -> str:
        if not NUMBER.fullmatch(number):
            text = "Write the number with its country, like +254711000000."
            raise serializers.ValidationError(text, "invalid")
        return number


class PhoneCodeRequest(StrictSerializer):
    code = SecretField(max_length=16)
