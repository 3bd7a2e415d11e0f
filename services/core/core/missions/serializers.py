from typing import Any

from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import AwareDateTimeField, ProseField, SecretField, StrictSerializer
from core.kit.user_texts import user_text_html
from core.missions.flags import FLAG_MAX
from core.missions.models import Criterion, Mission, Rubric
from core.missions.selectors import WHOLE_SCORE, FlagStatus, ShownHint
from core.programs.models import TRACKS, Program
from core.programs.serializers import check_skill
from ongoza_contracts.missions import ATTEMPTS_MAX, LatePolicy, MissionType
from ongoza_contracts.vocabulary import ID_MAX

CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
CRITERIA_MAX, HINTS_MAX = 30, 20
POINTS_MAX = 1000
GRACE_MAX_MINUTES = 30 * 24 * 60
TEXTS = ("title", "description", "story", "objectives", "subtasks")
CATALOGUE = ("track", "skills", "competencies", "prerequisites", "duration_minutes")
"""What the mission's item in the catalogue has as well."""
LIMITS = (
    *("max_attempts", "due_at", "late_policy", "late_deduction_per_day", "late_deduction_limit"),
    *("late_grace_minutes", "flag_attempts"),
)
CHANGEABLE = ("code", *TEXTS, "mission_type", "difficulty", "program", *CATALOGUE, *LIMITS)


# --- missions ------------------------------------------------------------------------------------
def _shown_texts(help_text: str = "") -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), read_only=True, help_text=help_text)


class MissionSerializer(serializers.ModelSerializer[Mission]):
    objectives, subtasks = _shown_texts(), _shown_texts()
    skills = _shown_texts("As people write them.")
    competencies = _shown_texts("As `framework:code`.")
    prerequisites = _shown_texts("Content ids.")
    program = serializers.SlugRelatedField[Program](
        slug_field="slug", read_only=True, allow_null=True
    )
    track = serializers.ChoiceField(choices=TRACKS, allow_blank=True, read_only=True)

    class Meta:
        model = Mission
        fields = (
            *("id", "content_id", "state", *CHANGEABLE),
            *("rubric_version", "created_at", "updated_at"),
        )
        read_only_fields = fields


class MissionDetailSerializer(MissionSerializer):
    """A mission with the HTML of its story."""

    story_html = serializers.SerializerMethodField(
        help_text="Sanitized, without tables and images."
    )

    class Meta(MissionSerializer.Meta):
        fields = (*MissionSerializer.Meta.fields, "story_html")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    def get_story_html(self, mission: Mission) -> str:
        return user_text_html(mission.story)


def _texts(longest: int, most: int, **options: Any) -> serializers.ListField:
    child = serializers.CharField(max_length=longest, validators=options.pop("validators", None))
    return serializers.ListField(child=child, max_length=most, required=False, **options)


def _count(most: int, help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1, max_value=most, allow_null=True, required=False, help_text=help_text
    )


class UpdateMissionRequest(StrictSerializer):
    """What a draft may lack, a published mission needs: program, track, skills, duration_minutes
    and a rubric."""

    code = serializers.RegexField(
        CODE, max_length=32, allow_null=True, required=False, help_text="Such as `OPS-101`."
    )
    title = serializers.CharField(max_length=200)
    description = ProseField(max_length=4000, allow_blank=True, required=False)
    story = ProseField(
        max_length=20_000, allow_blank=True, required=False, help_text="The situation, in Markdown."
    )
    objectives = _texts(500, 20)
    subtasks = _texts(500, 50)
    mission_type = serializers.ChoiceField(choices=enum_choices(MissionType), required=False)
    difficulty = serializers.IntegerField(
        min_value=1, max_value=5, required=False, help_text="The level of its item."
    )
    program = serializers.SlugRelatedField[Program](
        slug_field="slug", queryset=Program.objects.all(), allow_null=True, required=False
    )
    track = serializers.ChoiceField(choices=TRACKS, allow_blank=True, required=False)
    skills = _texts(64, 50, validators=[check_skill], help_text="As people write them.")
    competencies = _texts(97, 50, help_text="As `framework:code`.")
    prerequisites = _texts(32, 50, help_text="Content ids.")
    duration_minutes = _count(100_000, "How long it takes.")
    max_attempts = _count(ATTEMPTS_MAX, "How often a learner may hand in; null is no limit.")
    due_at = AwareDateTimeField(allow_null=True, required=False)
    late_policy = serializers.ChoiceField(choices=enum_choices(LatePolicy), required=False)
    late_deduction_per_day = serializers.IntegerField(
        min_value=0,
        max_value=WHOLE_SCORE,
        required=False,
        help_text="Per cent of the score, for each day begun after the grace.",
    )
    late_deduction_limit = serializers.IntegerField(
        min_value=0, max_value=WHOLE_SCORE, required=False, help_text="Per cent of the score."
    )
    late_grace_minutes = serializers.IntegerField(
        min_value=0, max_value=GRACE_MAX_MINUTES, required=False
    )
    flag_attempts = _count(
        ATTEMPTS_MAX, "How often a learner may enter a flag; null for a mission without flags."
    )


class DraftMissionRequest(UpdateMissionRequest):
    content_id = serializers.CharField(
        max_length=32,
        required=False,
        help_text="A mission of the catalogue that has none here yet. What the body leaves out is "
        "taken from it.",
    )


# --- rubrics -------------------------------------------------------------------------------------
class CriterionSerializer(serializers.ModelSerializer[Criterion]):
    class Meta:
        model = Criterion
        fields = ("position", "title", "description", "max_points")
        read_only_fields = fields


class RubricSerializer(serializers.ModelSerializer[Rubric]):
    criteria = CriterionSerializer(many=True, read_only=True)

    class Meta:
        model = Rubric
        fields = ("version", "pass_percentage", "created_at", "criteria")
        read_only_fields = fields


class CriterionRequest(StrictSerializer):
    title = serializers.CharField(max_length=200)
    description = ProseField(max_length=2000, allow_blank=True, default="")
    max_points = serializers.IntegerField(min_value=1, max_value=POINTS_MAX)


class SetRubricRequest(StrictSerializer):
    pass_percentage = serializers.IntegerField(
        min_value=0, max_value=100, default=60, help_text="Of all points, to pass."
    )
    criteria = serializers.ListField(
        child=CriterionRequest(), min_length=1, max_length=CRITERIA_MAX
    )


# --- hints and flags -----------------------------------------------------------------------------
class HintRequest(StrictSerializer):
    text = ProseField(max_length=2000, help_text="Markdown.")
    cost = serializers.IntegerField(
        min_value=0, max_value=WHOLE_SCORE, help_text="Per cent of the mission's score; 0 is free."
    )


class SetHintsRequest(StrictSerializer):
    hints = serializers.ListField(
        child=HintRequest(), max_length=HINTS_MAX, help_text="All of them, in order."
    )


class HintSerializer(serializers.Serializer[ShownHint]):
    number = serializers.IntegerField(help_text="From 1.")
    cost = serializers.IntegerField(help_text="In per cent of the mission's score.")
    unlocked = serializers.BooleanField()
    text = serializers.CharField(allow_null=True, help_text="Null until the caller unlocks it.")
    html = serializers.SerializerMethodField(
        help_text="Of the text, without tables and images; null until the caller unlocks it."
    )

    def get_html(self, hint: ShownHint) -> str | None:
        return None if hint.text is None else user_text_html(hint.text)


class HintsSerializer(serializers.Serializer[Any]):
    cost = serializers.IntegerField(
        help_text="Of the hints that the caller unlocked, in per cent of the mission's score."
    )
    hints = HintSerializer(many=True)


class FlagStatusSerializer(serializers.Serializer[FlagStatus]):
    solved = serializers.BooleanField(help_text="Whether the caller has entered their flag.")
    attempts = serializers.IntegerField(help_text="How many flags the caller has entered.")
    max_attempts = serializers.IntegerField(
        allow_null=True, help_text="Null for a mission without flags."
    )


class EnterFlagRequest(StrictSerializer):
    flag = SecretField(max_length=FLAG_MAX)


class IssueFlagRequest(StrictSerializer):
    user = serializers.IntegerField(min_value=1, max_value=ID_MAX, help_text="The learner.")


class IssuedFlagSerializer(serializers.Serializer[Any]):
    flag = serializers.CharField(help_text="Always the same for a learner and a mission.")
