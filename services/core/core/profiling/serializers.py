"""`ongoza_contracts.http.profiling`, as core reads and writes it."""

from typing import Any

from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import StrictSerializer
from core.profiling.models import ProfilingAnswer, ProfilingSession
from ongoza_contracts.vocabulary import AnswerFlag, Confidence, Track

SLUG = r"^[a-z0-9]+([-_.][a-z0-9]+)*$"
ABSENT = "Absent from results that were recorded before it was published."


class AnswerSerializer(serializers.ModelSerializer[ProfilingAnswer]):
    class Meta:
        model = ProfilingAnswer
        fields = ("question_id", "option_id", "answered_at")
        read_only_fields = fields


class ScoresSerializer(StrictSerializer):
    """One score for each track."""

    def get_fields(self) -> dict[str, Any]:
        return {str(track): serializers.FloatField(min_value=0, max_value=100) for track in Track}


class ResultSerializer(StrictSerializer):
    scores = ScoresSerializer()
    primary = serializers.ChoiceField(choices=enum_choices(Track))
    secondary = serializers.ListField(
        child=serializers.ChoiceField(choices=enum_choices(Track)), max_length=4
    )
    confidence = serializers.ChoiceField(choices=enum_choices(Confidence))
    standard_errors = ScoresSerializer(required=False, help_text=ABSENT)
    sem = serializers.FloatField(min_value=0, required=False, help_text=ABSENT)
    z = serializers.FloatField(min_value=0, required=False, help_text=ABSENT)
    tied = serializers.ListField(
        child=serializers.ChoiceField(choices=enum_choices(Track)),
        max_length=5,
        required=False,
        help_text=ABSENT,
    )
    flags = serializers.ListField(
        child=serializers.ChoiceField(choices=enum_choices(AnswerFlag)),
        max_length=2,
        required=False,
        help_text=ABSENT,
    )


class ResultRequest(ResultSerializer):
    judged_version = serializers.IntegerField(min_value=0)


class SessionSerializer(serializers.ModelSerializer[ProfilingSession]):
    answers = AnswerSerializer(many=True, read_only=True)
    result = ResultSerializer(read_only=True, allow_null=True)

    class Meta:
        model = ProfilingSession
        fields = (
            "id",
            "user",
            "questionnaire",
            "status",
            "version",
            "answers",
            "result",
            "created_at",
            "completed_at",
            "previous",
        )
        read_only_fields = fields


class StartRequest(StrictSerializer):
    questionnaire = serializers.RegexField(SLUG, max_length=64)


class AnswerRequest(StrictSerializer):
    option_id = serializers.RegexField(SLUG, max_length=64)
