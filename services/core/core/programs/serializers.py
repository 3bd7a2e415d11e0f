import re
from typing import Any

from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import ProseField, StrictSerializer
from core.programs.models import ContentItem, Program
from ongoza_contracts.vocabulary import ContentType, Track

CONTENT_ID = re.compile(r"(course|module|mission)-[0-9]{1,9}(-[0-9]{1,9})?")
SLUG = r"^[a-z0-9]+([-_.][a-z0-9]+)*$"


class ProgramSerializer(serializers.ModelSerializer[Program]):
    track = serializers.ChoiceField(choices=enum_choices(Track), allow_blank=True, read_only=True)

    class Meta:
        model = Program
        fields = ("id", "slug", "title", "description", "track", "prerequisites_policy")
        read_only_fields = fields


class ContentSerializer(serializers.ModelSerializer[ContentItem]):
    program = serializers.SlugRelatedField[Program](slug_field="slug", read_only=True)
    course_id = serializers.CharField(
        source="course.content_id", default=None, read_only=True, allow_null=True
    )
    skills = serializers.ListField(child=serializers.CharField(), read_only=True)
    prerequisites = serializers.SlugRelatedField[ContentItem](
        slug_field="content_id", many=True, read_only=True
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
            "prerequisites",
            "duration_minutes",
            "retired",
            "published_at",
            "updated_at",
        )
        read_only_fields = fields


class UpdateContentRequest(StrictSerializer):
    title = serializers.CharField(max_length=200)
    description = ProseField(max_length=4000, allow_blank=True, default="")
    track = serializers.ChoiceField(choices=enum_choices(Track))
    level = serializers.IntegerField(min_value=1, max_value=5, default=1)
    skills = serializers.ListField(
        child=serializers.RegexField(SLUG, max_length=64), max_length=50, default=list
    )
    prerequisites = serializers.ListField(
        child=serializers.CharField(max_length=32), max_length=50, default=list
    )
    duration_minutes = serializers.IntegerField(min_value=1, max_value=100_000)


class PublishContentRequest(UpdateContentRequest):
    content_id = serializers.CharField(max_length=32)
    content_type = serializers.ChoiceField(choices=enum_choices(ContentType))
    program = serializers.SlugRelatedField[Program](
        slug_field="slug", queryset=Program.objects.all()
    )
    course = serializers.CharField(max_length=32, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        match = CONTENT_ID.fullmatch(attrs["content_id"])
        if match is None or match[1] != attrs["content_type"]:
            wrong = "This is the content type, a hyphen and a number, such as course-101."
            raise serializers.ValidationError({"content_id": wrong}, code="invalid")
        return attrs
