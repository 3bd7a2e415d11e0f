import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import AwareDateTimeField, StrictSerializer
from core.progress.models import Attempt, Progress
from ongoza_contracts.vocabulary import ContentType, ProgressStatus

MAX_METADATA_BYTES = 8 * 1024
CLOCK_SKEW_MAX = timedelta(minutes=5)
"""How far the clock of a client may be ahead of ours."""


class ProgressSerializer(serializers.ModelSerializer[Progress]):
    """A learner's progress on an item."""

    content_id = serializers.CharField()
    content_type = serializers.ChoiceField(
        choices=enum_choices(ContentType), source="content.content_type"
    )
    metadata = serializers.DictField()

    class Meta:
        model = Progress
        fields = (
            "id",
            "user",
            "content_id",
            "content_type",
            "status",
            "completion_percentage",
            "score",
            "best_score",
            "source",
            "completion_source",
            "attempt",
            "first_completed_at",
            "metadata",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class ReportedProgressSerializer(ProgressSerializer):
    """A learner's progress on an item, and which of its prerequisites they have not completed."""

    missing_prerequisites = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta(ProgressSerializer.Meta):
        fields = (*ProgressSerializer.Meta.fields, "missing_prerequisites")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """A finished attempt at an item."""

    class Meta:
        model = Attempt
        fields = ("number", "source", "score", "completion_percentage", "begun_at", "completed_at")
        read_only_fields = fields


class ReviseRequest(StrictSerializer):
    """The fields of a record that its learner may change."""

    status = serializers.ChoiceField(choices=enum_choices(ProgressStatus), required=False)
    completion_percentage = serializers.FloatField(min_value=0, max_value=100, required=False)
    score = serializers.FloatField(min_value=0, max_value=100, required=False, allow_null=True)
    metadata = serializers.DictField(required=False)

    def validate_metadata(self, metadata: dict[str, Any]) -> dict[str, Any]:
        if len(json.dumps(metadata, ensure_ascii=False).encode()) > MAX_METADATA_BYTES:
            raise serializers.ValidationError("This is over 8 KiB.", code="too_large")
        return metadata


class ReportRequest(ReviseRequest):
    """The learner's progress on an item: the first report of it, or a later one."""

    content_id = serializers.CharField(max_length=64)
    content_type = serializers.ChoiceField(choices=enum_choices(ContentType))
    status = serializers.ChoiceField(choices=enum_choices(ProgressStatus))
    reported_at = AwareDateTimeField(required=False)

    def validate_reported_at(self, reported_at: datetime) -> datetime:
        if reported_at > timezone.now() + CLOCK_SKEW_MAX:
            raise serializers.ValidationError("This time has not come yet.", code="out_of_range")
        return reported_at
