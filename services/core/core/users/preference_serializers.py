"""Bodies of the routes of preferences and consents."""

import re
from datetime import time
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from rest_framework import serializers
from rest_framework.fields import empty

from core.kit.serializers import StrictSerializer
from core.users.models import Consent, Preferences

LATEST_DAY_START = 12
"""ai relies on it: a day is over everywhere two days after it began in UTC."""
NO_PLACES = {"Factory", "localtime"}  # what these names mean depends on the machine


@cache  # the directory of the database is read each time
def time_zones() -> set[str]:
    """Names that users may choose."""
    return available_timezones() - NO_PLACES


def validate_clock_time(value: str) -> None:
    """Raises ValidationError for anything but HH:MM."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise serializers.ValidationError("Write a time like 22:30.", "invalid")


class ClockField(serializers.CharField):
    """A time of day, without date and zone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=5, validators=[validate_clock_time], **options)

    def run_validation(self, data: Any = empty) -> Any:
        text = super().run_validation(data)
        return time.fromisoformat(text) if isinstance(text, str) else text

    def to_representation(self, value: Any) -> str:
        return time.strftime(value, "%H:%M")


def validate_time_zone(name: str) -> None:
    """Raises ValidationError for a name that the database of time zones does not have."""
    if name not in time_zones():
        raise serializers.ValidationError("There is no such time zone.", "unknown_value")


class TimeZoneField(serializers.CharField):
    def __init__(self, **options: Any) -> None:
        text = "Of the IANA database, like Africa/Nairobi."
        super().__init__(max_length=64, help_text=text, validators=[validate_time_zone], **options)


class PreferencesRequest(StrictSerializer):
    locale = serializers.ChoiceField(choices=Preferences.Locale.choices, required=False)
    time_zone = TimeZoneField(required=False)
    data_saver = serializers.BooleanField(required=False)
    quiet_from = ClockField(required=False, allow_null=True)
    quiet_until = ClockField(required=False, allow_null=True)
    nudges = serializers.BooleanField(
        required=False, help_text="Whether the coach may nudge the user."
    )
    day_start_hour = serializers.IntegerField(
        min_value=0,
        max_value=LATEST_DAY_START,
        required=False,
        help_text="What is done before this hour belongs to the day before.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = {"quiet_from", "quiet_until"} & attrs.keys()
        if len(given) == 1 or len({attrs[name] is None for name in given}) == 2:
            text = "Give both ends of the quiet hours, or null for both."
            raise serializers.ValidationError({name: [text] for name in given})
        return attrs


class PreferencesSerializer(serializers.ModelSerializer[Preferences]):
    quiet_from = ClockField(allow_null=True, read_only=True, help_text="In the user's time zone.")
    quiet_until = ClockField(allow_null=True, read_only=True)

    class Meta:
        model = Preferences
        fields = (
            *("locale", "time_zone", "data_saver", "quiet_from", "quiet_until"),
            *("nudges", "day_start_hour"),
        )
        read_only_fields = fields


class ConsentRequest(StrictSerializer):
    """`version` says what was consented to; a withdrawal has none."""

    kind = serializers.ChoiceField(choices=Consent.Kind.choices)
    given = serializers.BooleanField()
    version = serializers.CharField(max_length=32, required=False)

    def validate_kind(self, kind: str) -> str:
        if kind == Consent.Kind.GUARDIAN:
            text = "A guardian gives and withdraws this by a mailed link."
            raise serializers.ValidationError(text, "unknown_value")
        return kind

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["given"] != ("version" in attrs):
            text = "Name the version that is consented to; a withdrawal has none."
            raise serializers.ValidationError({"version": [text]})
        return attrs


class ConsentSerializer(serializers.ModelSerializer[Consent]):
    class Meta:
        model = Consent
        fields = ("kind", "version", "given_at", "withdrawn_at")
        read_only_fields = fields
