from datetime import datetime

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.exports.models import FORMATS, KINDS, STATES, TableExport
from core.exports.selectors import state_of
from core.kit.serializers import StrictSerializer


class ExportTableRequest(StrictSerializer):
    kind = serializers.ChoiceField(choices=KINDS)
    format = serializers.ChoiceField(choices=FORMATS, source="form")
    byte_order_mark = serializers.BooleanField(
        default=False, help_text="Begins a CSV file with a byte order mark, which Excel wants."
    )
    cohort = serializers.UUIDField(
        source="cohort_id", default=None, allow_null=True, help_text="This one alone."
    )


class TableExportSerializer(serializers.ModelSerializer[TableExport]):
    state = serializers.SerializerMethodField()
    cohort = serializers.UUIDField(source="cohort_id", allow_null=True, read_only=True)
    expires_at = serializers.SerializerMethodField(help_text="Null without a file.")

    class Meta:
        model = TableExport
        fields = (
            *("id", "kind", "format", "byte_order_mark", "cohort", "state", "rows"),
            *("rows_written", "as_of", "created_at", "expires_at"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, row: TableExport) -> str:
        return state_of(row).value

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_expires_at(self, row: TableExport) -> datetime | None:
        return row.file.expires_at if row.file else None
