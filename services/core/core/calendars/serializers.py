from typing import Any

from rest_framework import serializers

from core.calendars.models import CalendarEvent, FeedToken
from core.kit.serializers import AwareDateTimeField, ProseField, StrictSerializer
from core.users.preference_serializers import TimeZoneField
from ongoza_contracts.vocabulary import ID_MAX


class CalendarEventSerializer(serializers.ModelSerializer[CalendarEvent]):
    class Meta:
        model = CalendarEvent
        fields = (
            "id",
            "organization",
            "title",
            "description",
            "location",
            "starts_at",
            "ends_at",
            "time_zone",
            "state",
            "sequence",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class UpdateEventRequest(StrictSerializer):
    title = serializers.CharField(max_length=200)
    description = ProseField(max_length=4000, allow_blank=True, required=False)
    location = serializers.CharField(max_length=200, allow_blank=True, required=False)
    starts_at = AwareDateTimeField()
    ends_at = AwareDateTimeField()
    time_zone = TimeZoneField()


class AddEventRequest(UpdateEventRequest):
    organization = serializers.IntegerField(min_value=1, max_value=ID_MAX)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"organization_id": attrs.pop("organization"), **attrs}


class FeedTokenSerializer(serializers.ModelSerializer[FeedToken]):
    """When the token was created, and the day on which a calendar read the feed last."""

    class Meta:
        model = FeedToken
        fields = ("created_at", "used_at")
        read_only_fields = fields


class IssuedFeedToken(serializers.Serializer[Any]):
    """A new token. Everybody who has `url` reads the feed."""

    created_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField()
    token = serializers.CharField()
    url = serializers.URLField()
