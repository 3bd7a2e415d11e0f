import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.outbox.models import FactHistory

ALWAYS_CHANGED = {"version", "updated_at"}


class ChangeSerializer(serializers.Serializer[Any]):
    """A field of the fact. Values other than texts are written as JSON."""

    field = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class AuditEntrySerializer(serializers.ModelSerializer[FactHistory]):
    """A row of `selectors.visible_history`."""

    id = serializers.UUIDField(source="event_id")
    kind = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()

    class Meta:
        model = FactHistory
        fields = ("id", "time", "kind", "key", "type", "version", "actor", "request_id", "changes")
        read_only_fields = fields

    def get_kind(self, row: FactHistory) -> str:
        return row.topic.removeprefix("ongoza.")

    @extend_schema_field(ChangeSerializer(many=True))
    def get_changes(self, row: Any) -> list[dict[str, str | None]]:
        """How the fact differs from the version before; of a first version, all its fields."""
        before = row.previous or {}
        return [
            {"field": name, "before": _text(before.get(name)), "after": _text(value)}
            for name, value in row.body.items()
            if name not in ALWAYS_CHANGED and value != before.get(name)
        ]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True)
