from rest_framework import serializers

from core.kit.serializers import AwareDateTimeField, StrictSerializer
from core.mentorship.conversation_models import GroupSession
from core.mentorship.groups import MAX_SEATS
from core.users.preference_serializers import TimeZoneField


class GroupSessionSerializer(serializers.ModelSerializer[GroupSession]):
    taken = serializers.IntegerField(read_only=True, help_text="How many seats are taken.")
    has_seat = serializers.BooleanField(
        source="own", read_only=True, help_text="Whether one of them is the caller's."
    )

    class Meta:
        model = GroupSession
        fields = (
            *("id", "mentor", "title", "starts_at", "ends_at", "time_zone"),
            *("seats", "taken", "has_seat", "cancelled_at"),
        )
        read_only_fields = fields


class OpenGroupRequest(StrictSerializer):
    title = serializers.CharField(max_length=200)
    starts_at = AwareDateTimeField()
    ends_at = AwareDateTimeField()
    time_zone = TimeZoneField()
    seats = serializers.IntegerField(min_value=1, max_value=MAX_SEATS)
