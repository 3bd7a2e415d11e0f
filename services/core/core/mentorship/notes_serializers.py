from rest_framework import serializers

from core.kit.serializers import ProseField, StrictSerializer
from core.mentorship.conversation_models import Note
from core.mentorship.notes import read_note

MAX_TEXT = 4000


class WrittenNoteSerializer(serializers.ModelSerializer[Note]):
    """A note without its text, which no stored response may hold."""

    class Meta:
        model = Note
        fields: tuple[str, ...] = (
            "id",
            "session",
            "author",
            "from_mentor",
            "created_at",
            "changed_at",
        )
        read_only_fields = fields


class NoteSerializer(WrittenNoteSerializer):
    """Needs the learner's cipher as `cipher` in its context."""

    text = serializers.SerializerMethodField()

    class Meta(WrittenNoteSerializer.Meta):
        fields = (*WrittenNoteSerializer.Meta.fields, "text")
        read_only_fields = fields

    def get_text(self, note: Note) -> str:
        return read_note(note, self.context["cipher"])


class ChangeNoteRequest(StrictSerializer):
    text = ProseField(max_length=MAX_TEXT)


class WriteNoteRequest(ChangeNoteRequest):
    session = serializers.UUIDField(default=None, help_text="Of the match; none by default.")
