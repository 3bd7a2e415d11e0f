from typing import Any

from rest_framework import serializers

from core.imports.models import Import
from core.kit.serializers import StrictSerializer


class ImportRequest(StrictSerializer):
    """An upload of the caller's own, and whether to write it."""

    file = serializers.UUIDField(help_text="The id of a complete file at `files/`.")
    dry_run = serializers.BooleanField(
        default=False, help_text="Whether to say what would happen and write nothing."
    )
    skip_invalid = serializers.BooleanField(
        default=False, help_text="Whether to write the other rows of a file with invalid ones."
    )


class RowErrorSerializer(serializers.Serializer[Any]):
    """What is wrong with a row of a file."""

    line = serializers.IntegerField()
    field = serializers.CharField(help_text="Empty for a fault of the row or of the file.")
    detail = serializers.CharField()


class ImportSerializer(serializers.ModelSerializer[Import]):
    """How far an import is; the counts of its rows are 0 until it has ended."""

    errors = RowErrorSerializer(many=True, help_text="The first 100.")  # type: ignore[assignment]

    class Meta:
        model = Import
        fields = (
            "id",
            "file",
            "dry_run",
            "skip_invalid",
            "state",
            "created",
            "changed",
            "unchanged",
            "invalid",
            "errors",
            "created_at",
            "ended_at",
        )
        read_only_fields = fields
