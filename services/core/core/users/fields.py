"""Fields of the bodies by which people sign up."""

from datetime import date
from typing import Any

from django.conf import settings
from rest_framework import serializers


class TermsVersionField(serializers.CharField):
    """The version of the terms in force: earlier ones can no longer be accepted."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=32, **options)

    def to_internal_value(self, data: Any) -> str:
        version = super().to_internal_value(data)
        if version != settings.TERMS_VERSION:
            text = f"The terms in force have the version {settings.TERMS_VERSION}."
            raise serializers.ValidationError(text, "unknown_value")
        return version


class BirthYearField(serializers.IntegerField):
    """Asked for where minors sign up, to know whether a guardian has to consent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1900, max_value=2200, **options)

    def to_internal_value(self, data: Any) -> int:
        year = super().to_internal_value(data)
        if year > date.today().year:  # noqa: DTZ011  (a year, wherever the client is)
            raise serializers.ValidationError("This year has not begun yet.", "out_of_range")
        return year
