import re
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import ProseField, StrictSerializer
from core.programs.models import COMPLETED_BY, Competency, CompletedBy, ContentItem, Program
from core.programs.selectors import TrackSummary, dependents
from ongoza_contracts.skills import NotASkill, skill_slug
from ongoza_contracts.vocabulary import ContentType, Track

CONTENT_ID = re.compile(r"(course|module|mission)-[0-9]{1,9}(-[0-9]{1,9})?")
SLUG = r"^[a-z0-9]+([-_.][a-z0-9]+)*$"


class ProgramSerializer(serializers.ModelSerializer[Program]):
    track = serializers.ChoiceField(choices=enum_choices(Track), allow_blank=True, read_only=True)

    class Meta:
        model = Program
        fields = (
            *("id", "slug", "title", "description", "track", "prerequisites_policy"),
            "retired",
        )
        read_only_fields = fields


class TrackSummarySerializer(serializers.Serializer[TrackSummary]):
    track = serializers.ChoiceField(choices=enum_choices(Track))
    name = serializers.CharField()
    programs = serializers.IntegerField(help_text="The number of its programs.")
    items = serializers.IntegerField(help_text="The number of its items that are not retired.")


class TracksSerializer(serializers.Serializer[Mapping[str, Any]]):
    tracks = TrackSummarySerializer(many=True)


class ExternalIdSerializer(StrictSerializer):
    """An id that another source has for the item; it is of one item."""

    source = serializers.RegexField(SLUG, max_length=32)  # type: ignore[assignment]
    id = serializers.CharField(max_length=128, source="external_id")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses an incomplete pair, which DRF accepts in the list of a PATCH."""
        columns = {"source": "source", "id": "external_id"}
        if missing := [name for name, column in columns.items() if column not in attrs]:
            required = dict.fromkeys(missing, "This field is required.")
            raise serializers.ValidationError(required, "required")
        return attrs


class CompetencySerializer(serializers.ModelSerializer[Competency]):
    class Meta:
        model = Competency
        fields = ("framework", "code", "name")
        read_only_fields = fields


class ContentSerializer(serializers.ModelSerializer[ContentItem]):
    program = serializers.SlugRelatedField[Program](slug_field="slug", read_only=True)
    course_id = serializers.CharField(
        source="course.content_id", default=None, read_only=True, allow_null=True
    )
    skills = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="As slugs."
    )
    skill_labels = serializers.ListField(
        child=serializers.CharField(),
        source="shown_skills",
        read_only=True,
        help_text="As people wrote them, in the order of `skills`.",
    )
    prerequisites = serializers.SlugRelatedField[ContentItem](
        slug_field="content_id", many=True, read_only=True
    )
    external_ids = ExternalIdSerializer(many=True, read_only=True)
    competencies = serializers.ListField(
        child=serializers.CharField(),
        source="competencies.all",
        read_only=True,
        help_text="As `framework:code`.",
    )

    class Meta:
        model = ContentItem
        fields = (
            "content_id",
            "content_type",
            "program",
            "course_id",
            "position",
            "title",
            "description",
            "track",
            "level",
            "skills",
            "skill_labels",
            "prerequisites",
            "external_ids",
            "competencies",
            "duration_minutes",
            "completed_by",
            "retired",
            "published_at",
            "updated_at",
        )
        read_only_fields = fields


class RetiredContentSerializer(ContentSerializer):
    dependents = serializers.SerializerMethodField(
        help_text="The items on offer that name it as a prerequisite, and the modules of a course."
    )

    class Meta(ContentSerializer.Meta):
        fields = (*ContentSerializer.Meta.fields, "dependents")  # type: ignore[assignment]

    def get_dependents(self, item: ContentItem) -> list[str]:
        return dependents(item)


def check_skill(text: str) -> None:
    """Raises ValidationError for a text that has no slug."""
    try:
        skill_slug(text)
    except NotASkill as fault:
        raise serializers.ValidationError(str(fault), "invalid") from None


def check_content_id(content_id: str, content_type: str) -> None:
    """Raises ValidationError for an id of another form, or of another type."""
    match = CONTENT_ID.fullmatch(content_id)
    if match is None or match[1] != content_type:
        wrong = "This is the content type, a hyphen and a number, such as course-101."
        raise serializers.ValidationError({"content_id": wrong}, code="invalid")


class UpdateContentRequest(StrictSerializer):
    title = serializers.CharField(max_length=200)
    description = ProseField(max_length=4000, allow_blank=True, default="")
    track = serializers.ChoiceField(choices=enum_choices(Track))
    level = serializers.IntegerField(min_value=1, max_value=5, default=1)
    skills = serializers.ListField(
        child=serializers.CharField(max_length=64, validators=[check_skill]),
        max_length=50,
        default=list,
        help_text="As people write them, such as `C++`; the answer has their slugs as well.",
    )
    prerequisites = serializers.ListField(
        child=serializers.CharField(max_length=32), max_length=50, default=list
    )
    duration_minutes = serializers.IntegerField(min_value=1, max_value=100_000)
    completed_by = serializers.ChoiceField(
        choices=COMPLETED_BY,
        default=CompletedBy.SELF,
        help_text="`review` for missions that a self-report does not complete. `check` follows "
        "from a quiz.",
    )
    external_ids = serializers.ListField(child=ExternalIdSerializer(), max_length=50, default=list)
    competencies = serializers.ListField(
        child=serializers.CharField(max_length=97),
        max_length=50,
        default=list,
        help_text="What it teaches, as `framework:code`, such as `attack:T1059`.",
    )


class PublishContentRequest(UpdateContentRequest):
    content_id = serializers.CharField(max_length=32)
    content_type = serializers.ChoiceField(choices=enum_choices(ContentType))
    program = serializers.SlugRelatedField[Program](
        slug_field="slug", queryset=Program.objects.all()
    )
    course = serializers.CharField(max_length=32, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_content_id(attrs["content_id"], attrs["content_type"])
        return attrs
