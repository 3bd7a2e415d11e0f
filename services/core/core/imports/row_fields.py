"""The fields of the rows that files may have, checked as the API checks bodies."""

from typing import Any

from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import AwareDateTimeField, ProseField, StrictSerializer
from core.programs.serializers import SLUG, UpdateContentRequest, check_content_id
from core.progress.serializers import ReportRequest
from ongoza_contracts.vocabulary import ContentType, ProgressSource

EXTERNAL_ID_MAX = 128
COMPETENCY_CODE = r"^[A-Za-z0-9][A-Za-z0-9._/-]*$"


class NamesContent(StrictSerializer):
    """An item, by its content id or by its id in another source."""

    content_id = serializers.CharField(max_length=32, required=False)
    external_source = serializers.RegexField(SLUG, max_length=32, required=False)
    external_id = serializers.CharField(max_length=EXTERNAL_ID_MAX, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("external_id" in attrs) != ("external_source" in attrs):
            wrong = "Give external_source and external_id together."
            raise serializers.ValidationError({"external_id": wrong}, code="invalid")
        if "content_id" not in attrs and "external_id" not in attrs:
            wrong = "Give content_id, or external_source and external_id."
            raise serializers.ValidationError({"content_id": wrong}, code="required")
        return attrs


class ContentRow(NamesContent, UpdateContentRequest):
    """An item of the catalogue. What is left out of the row of an existing item stays as it is."""

    external_ids = None  # type: ignore[assignment]
    content_type = serializers.ChoiceField(choices=enum_choices(ContentType))
    program = serializers.CharField(max_length=64)
    course = serializers.CharField(max_length=EXTERNAL_ID_MAX)
    prerequisites = serializers.ListField(
        child=serializers.CharField(max_length=EXTERNAL_ID_MAX), max_length=50
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "content_id" in attrs and "content_type" in attrs:
            check_content_id(attrs["content_id"], attrs["content_type"])
        return super().validate(attrs)


class CompetencyRow(StrictSerializer):
    """A competency of a framework."""

    framework = serializers.RegexField(SLUG, max_length=32)
    code = serializers.RegexField(COMPETENCY_CODE, max_length=64)
    name = serializers.CharField(max_length=200)


class ChallengeRow(StrictSerializer):
    """A challenge as CTF platforms export it, without flags and hints."""

    name = serializers.CharField(max_length=EXTERNAL_ID_MAX)
    category = serializers.CharField(max_length=64, required=False)
    value = serializers.IntegerField(min_value=0, max_value=1_000_000)
    description = ProseField(max_length=4000, required=False)


class ProgressRow(NamesContent, ReportRequest):
    """One report of a learner's progress."""

    content_type = None  # type: ignore[assignment]
    metadata = None  # type: ignore[assignment]
    content_id = serializers.CharField(max_length=32, required=False)
    email = serializers.EmailField(max_length=254, required=False)
    user_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    reported_at = AwareDateTimeField()
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=enum_choices(ProgressSource), default=ProgressSource.STAFF
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("email" in attrs) == ("user_id" in attrs):
            wrong = "Give either email or user_id."
            raise serializers.ValidationError({"email": wrong}, code="required")
        return super().validate(attrs)
