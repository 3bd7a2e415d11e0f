from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import ProseField, StrictSerializer
from core.mentorship.conversation_kinds import FlagKind, FlagSeverity
from core.mentorship.conversation_models import Flag
from core.mentorship.flags import read_note
from ongoza_contracts.vocabulary import ID_MAX

MAX_NOTE = 2000
KINDS, SEVERITIES = enum_choices(FlagKind), enum_choices(FlagSeverity)


class FlagSerializer(serializers.ModelSerializer[Flag]):
    class Meta:
        model = Flag
        fields: tuple[str, ...] = (
            *("id", "learner", "raised_by", "kind", "severity"),
            *("created_at", "resolved_at", "resolved_by"),
        )
        read_only_fields = fields


class FlagDetailSerializer(FlagSerializer):
    note = serializers.SerializerMethodField()

    class Meta(FlagSerializer.Meta):
        fields = (*FlagSerializer.Meta.fields, "note")
        read_only_fields = fields

    def get_note(self, flag: Flag) -> str:
        return read_note(flag)


class RaiseFlagRequest(StrictSerializer):
    learner = serializers.IntegerField(min_value=1, max_value=ID_MAX)
    kind = serializers.ChoiceField(choices=KINDS)
    severity = serializers.ChoiceField(choices=SEVERITIES)
    note = ProseField(max_length=MAX_NOTE)
