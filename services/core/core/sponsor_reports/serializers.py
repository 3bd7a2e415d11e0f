from datetime import datetime

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.kit.serializers import StrictSerializer
from core.sponsor_reports.models import STATES, SponsorReport
from core.sponsor_reports.selectors import state_of
from ongoza_contracts.vocabulary import ID_MAX


class SponsorReportRequest(StrictSerializer):
    organization = serializers.IntegerField(
        source="organization_id", min_value=1, max_value=ID_MAX, help_text="Its id."
    )


class SponsorReportSerializer(serializers.ModelSerializer[SponsorReport]):
    organization = serializers.IntegerField(
        source="organization_id", read_only=True, help_text="Its id."
    )
    state = serializers.SerializerMethodField()
    expires_at = serializers.SerializerMethodField(help_text="Null without a file.")

    class Meta:
        model = SponsorReport
        fields = ("id", "organization", "as_of", "state", "expires_at")
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, row: SponsorReport) -> str:
        return state_of(row).value

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_expires_at(self, row: SponsorReport) -> datetime | None:
        return row.file.expires_at if row.file else None
