from typing import Any

from rest_framework import serializers

from core.kit.serializers import ProseField, StrictSerializer
from core.kit.urls import is_confidential
from core.mentorship.conversation_models import Message, MessageArtifact
from core.mentorship.messages import Content, read_content

MAX_TEXT, MAX_LINK, MAX_LINKS, MAX_ARTIFACTS = 4000, 500, 10, 10


class MessageArtifactSerializer(serializers.ModelSerializer[MessageArtifact]):
    """A file of a message. A link `artifacts/<id>/` of the match downloads it."""

    name = serializers.CharField(source="upload.name", read_only=True)
    size = serializers.IntegerField(source="upload.size", read_only=True)
    content_type = serializers.CharField(
        source="upload.content_type", read_only=True, allow_null=True
    )

    class Meta:
        model = MessageArtifact
        fields = ("id", "name", "size", "content_type")
        read_only_fields = fields


class MessageSerializer(serializers.ModelSerializer[Message]):
    """Needs the learner's cipher as `cipher` in its context."""

    text = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()
    artifacts = MessageArtifactSerializer(many=True, read_only=True)

    class Meta:
        model = Message
        fields = (
            *("id", "number", "author", "from_mentor", "text", "links", "artifacts"),
            *("created_at", "read_at"),
        )
        read_only_fields = fields

    def get_text(self, message: Message) -> str:
        return self._content(message).text

    def get_links(self, message: Message) -> list[str]:
        return [*self._content(message).links]

    def _content(self, message: Message) -> Content:
        return read_content(message, self.context["cipher"])


class SentMessageSerializer(serializers.ModelSerializer[Message]):
    """A message without its text, which no stored response may hold."""

    class Meta:
        model = Message
        fields = ("id", "number", "created_at")
        read_only_fields = fields


class SendMessageRequest(StrictSerializer):
    text = ProseField(max_length=MAX_TEXT)
    links = serializers.ListField(
        child=serializers.CharField(max_length=MAX_LINK), max_length=MAX_LINKS, default=list
    )
    artifacts = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MAX_ARTIFACTS,
        default=list,
        help_text="Ids of complete files of the caller's, each once. A file that its owner deletes"
        " disappears from the message.",
    )

    def validate_links(self, links: list[str]) -> list[str]:
        if not all(link.startswith("https://") and is_confidential(link) for link in links):
            raise serializers.ValidationError("Each link must begin with https://.", "invalid")
        return links


class MarkReadRequest(StrictSerializer):
    up_to = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        help_text="The `number` of the last one that was read.",
    )


class UnreadMessages(serializers.Serializer[Any]):
    unread = serializers.IntegerField()
