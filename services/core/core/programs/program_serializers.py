from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import ProseField, StrictSerializer
from core.programs.models import ContentItem, Milestone, Program, ProgramVersion, VersionItem
from core.programs.serializers import SLUG
from ongoza_contracts.programs import ITEMS_MAX
from ongoza_contracts.vocabulary import Track

POSITION_MAX = 2**15 - 1


class UpdateProgramRequest(StrictSerializer):
    title = serializers.CharField(max_length=200)
    description = ProseField(max_length=4000, allow_blank=True, default="")
    track = serializers.ChoiceField(choices=enum_choices(Track), allow_blank=True, default="")
    prerequisites_policy = serializers.ChoiceField(
        choices=Program.PrerequisitesPolicy.choices, default=Program.PrerequisitesPolicy.ADVISE
    )


class AddProgramRequest(UpdateProgramRequest):
    slug = serializers.RegexField(SLUG, max_length=64)


class PlacedItemSerializer(serializers.ModelSerializer[ContentItem]):
    class Meta:
        model = ContentItem
        fields = ("content_id", "title", "required", "retired")
        read_only_fields = fields


class MilestoneSerializer(serializers.ModelSerializer[Milestone]):
    items = PlacedItemSerializer(many=True, read_only=True, help_text="Courses and missions.")

    class Meta:
        model = Milestone
        fields = ("id", "program", "title", "description", "position", "retired", "items")
        read_only_fields = fields


class PlaceItemSerializer(StrictSerializer):
    """A course or mission that stands in a milestone."""

    content_id = serializers.CharField(max_length=32)
    required = serializers.BooleanField(default=True)  # type: ignore[assignment]

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """Refuses an item without an id, which DRF accepts in the list of a PATCH."""
        if "content_id" not in attrs:
            missing = {"content_id": "This field is required."}
            raise serializers.ValidationError(missing, "required")
        return {"required": True, **attrs}


class AddMilestoneRequest(StrictSerializer):
    program = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    title = serializers.CharField(max_length=200)
    description = ProseField(max_length=4000, allow_blank=True, default="")
    position = serializers.IntegerField(
        min_value=0, max_value=POSITION_MAX, required=False, help_text="By default the last."
    )


class UpdateMilestoneRequest(StrictSerializer):
    title = serializers.CharField(max_length=200)
    description = ProseField(max_length=4000, allow_blank=True)
    position = serializers.IntegerField(min_value=0, max_value=POSITION_MAX)
    items = serializers.ListField(
        child=PlaceItemSerializer(),
        max_length=ITEMS_MAX,
        help_text="All that stand in it, in order.",
    )


class ProgramVersionSerializer(serializers.ModelSerializer[ProgramVersion]):
    class Meta:
        model = ProgramVersion
        fields = ("id", "program", "number", "published_at")
        read_only_fields = fields


class VersionItemSerializer(serializers.ModelSerializer[VersionItem]):
    content_id = serializers.CharField(source="item_id", read_only=True)

    class Meta:
        model = VersionItem
        fields = ("content_id", "milestone", "milestone_title", "required")
        read_only_fields = fields


class ProgramVersionDetailSerializer(ProgramVersionSerializer):
    items = VersionItemSerializer(
        many=True, read_only=True, help_text="In order; modules follow their course."
    )

    class Meta(ProgramVersionSerializer.Meta):
        fields = (*ProgramVersionSerializer.Meta.fields, "items")  # type: ignore[assignment]
