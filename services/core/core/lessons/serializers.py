from rest_framework import serializers

from core.kit.serializers import ProseField, StrictSerializer
from core.lessons.models import LANGUAGES, Body
from core.lessons.selectors import ShownBody, ShownSection

MARKDOWN_MAX = 200_000


class SectionSerializer(serializers.Serializer[ShownSection]):
    position = serializers.IntegerField(help_text="From 1.")
    title = serializers.CharField(source="section.title", help_text="Empty before all headings.")
    text = serializers.CharField(help_text="Markdown, or HTML where it was asked for.")
    bytes = serializers.IntegerField(source="section.bytes", help_text="Of the Markdown.")
    file_bytes = serializers.IntegerField(help_text="Of the files that it shows or links to.")
    minutes = serializers.IntegerField(source="section.minutes", help_text="To read it.")


class BodySerializer(serializers.Serializer[ShownBody]):
    """The text of a course or module. Files (`files/<id>`) are relative to its address."""

    content_id = serializers.CharField(source="body.item.content_id")
    language = serializers.ChoiceField(choices=LANGUAGES, source="body.language")
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=LANGUAGES), help_text="In which the item has a body."
    )
    number = serializers.IntegerField(source="body.number")
    published_at = serializers.DateTimeField(source="body.published_at")
    sections = SectionSerializer(many=True)


class BodySizeSerializer(serializers.ModelSerializer[Body]):
    content_id = serializers.CharField(source="item.content_id", read_only=True)
    bytes = serializers.IntegerField(read_only=True, help_text="Of the Markdown.")
    file_bytes = serializers.IntegerField(
        read_only=True, help_text="Of the files that it shows or links to, each once."
    )

    class Meta:
        model = Body
        fields = ("content_id", "language", "bytes", "file_bytes")
        read_only_fields = fields


class BodyVersionSerializer(serializers.ModelSerializer[Body]):
    content_id = serializers.CharField(source="item.content_id", read_only=True)

    class Meta:
        model = Body
        fields = (
            *("id", "content_id", "language", "number", "state", "changed_at", "published_at"),
        )
        read_only_fields = fields


class BodyVersionDetailSerializer(BodyVersionSerializer):
    class Meta(BodyVersionSerializer.Meta):
        fields = (*BodyVersionSerializer.Meta.fields, "markdown")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class ChangeBodyRequest(StrictSerializer):
    """Headings of the first and second level begin sections. Images are `files/<id of an upload>`
    of the author."""

    markdown = ProseField(max_length=MARKDOWN_MAX, trim_whitespace=False)


class WriteBodyRequest(ChangeBodyRequest):
    language = serializers.ChoiceField(choices=LANGUAGES)
