from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.conduct.models import ACTIONS, OUTCOMES, REASONS, Decision, Report
from core.conduct.selectors import read_text
from core.kit.serializers import ProseField, StrictSerializer
from core.mentorship.conversation_models import Block, MessageArtifact
from core.mentorship.messages import read_content
from core.users.user_keys import text_cipher

MAX_TEXT, MAX_MESSAGES = 4000, 50


class ReportSerializer(serializers.ModelSerializer[Report]):
    """A report of the caller's, without what was decided about the other one."""

    class Meta:
        model = Report
        fields: tuple[str, ...] = ("id", "match", "reported", "reason", "state", "created_at")
        read_only_fields = fields


class ReportDetailSerializer(ReportSerializer):
    text = serializers.SerializerMethodField()

    class Meta(ReportSerializer.Meta):
        fields = (*ReportSerializer.Meta.fields, "text")
        read_only_fields = fields

    def get_text(self, row: Report) -> str | None:
        return read_text(row)


class QueuedReportSerializer(ReportSerializer):
    """A report in the queue of those who decide."""

    reported_name = serializers.CharField(source="reported.full_name", read_only=True)
    reporter_name = serializers.CharField(
        source="reporter.full_name",
        read_only=True,
        allow_null=True,
        help_text="Null once the reporter was erased.",
    )

    class Meta(ReportSerializer.Meta):
        fields = (
            *ReportSerializer.Meta.fields,
            *("reported_name", "reporter", "reporter_name"),
        )
        read_only_fields = fields


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    class Meta:
        model = Decision
        fields: tuple[str, ...] = ("action", "outcome", "actor", "at")
        read_only_fields = fields


class ReportedFileSerializer(serializers.ModelSerializer[MessageArtifact]):
    """A file of a reported message, which the mentor and the learner alone download."""

    name = serializers.CharField(source="upload.name", read_only=True)
    size = serializers.IntegerField(source="upload.size", read_only=True)

    class Meta:
        model = MessageArtifact
        fields = ("id", "name", "size")
        read_only_fields = fields


class ReportedMessageSerializer(serializers.Serializer[Any]):
    """A message as it was sent. Files that their owner deleted are missing."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    from_mentor = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    text = serializers.CharField()
    links = serializers.ListField(child=serializers.URLField())
    artifacts = ReportedFileSerializer(many=True)


class QueuedReportDetailSerializer(ReportDetailSerializer, QueuedReportSerializer):
    messages = serializers.SerializerMethodField()
    decisions = DecisionSerializer(many=True, read_only=True)

    class Meta(QueuedReportSerializer.Meta):
        fields = (*QueuedReportSerializer.Meta.fields, "text", "messages", "decisions")
        read_only_fields = fields

    @extend_schema_field(ReportedMessageSerializer(many=True))
    def get_messages(self, row: Report) -> list[dict[str, Any]]:
        """The reported messages alone, in their order."""
        if row.match is None:
            return []
        cipher = text_cipher(row.match.learner_id)
        found = [one.message for one in row.shown.all() if one.message is not None]
        return [
            {
                "id": message.pk,
                "number": message.number,
                "from_mentor": message.from_mentor,
                "created_at": message.created_at,
                **asdict(read_content(message, cipher)),
                "artifacts": ReportedFileSerializer(message.artifacts.all(), many=True).data,
            }
            for message in sorted(found, key=lambda message: message.number)
        ]


class AddReportRequest(StrictSerializer):
    match = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=REASONS)
    text = ProseField(max_length=MAX_TEXT)
    messages = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MAX_MESSAGES,
        default=list,
        help_text="Ids of messages of the match that show what is reported.",
    )


class DecideReportRequest(StrictSerializer):
    action = serializers.ChoiceField(choices=ACTIONS)
    outcome = serializers.ChoiceField(
        choices=OUTCOMES, default=None, help_text="For the action `resolve`, which needs one."
    )


class BlockSerializer(serializers.ModelSerializer[Block]):
    class Meta:
        model = Block
        fields: tuple[str, ...] = ("id", "blocked", "created_at")
        read_only_fields = fields


class BlockRequest(StrictSerializer):
    match = serializers.UUIDField(help_text="The match with the other one, which may have ended.")
