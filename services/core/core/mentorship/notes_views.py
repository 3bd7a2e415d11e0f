"""Routes of the notes that a pair shares."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.mentorship import notes
from core.mentorship import notes_serializers as serializers
from core.mentorship.pairs import own_match
from core.users.user_keys import text_cipher


class Notes(ApiView):
    private = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="mentorship_notes_list",
        parameters=[*PAGE],
        responses=page_of(serializers.NoteSerializer),
    )
    def get(self, request: Request, match_id: UUID) -> Response:
        """The notes of one of the caller's matches, the newest first: both of the pair read all."""
        context = {"cipher": text_cipher(own_match(self.caller, match_id).learner_id)}
        rows = notes.notes_of(self.caller, match_id)
        return self.page(rows, serializers.NoteSerializer, context)

    @extend_schema(
        operation_id="mentorship_notes_write",
        request=serializers.WriteNoteRequest,
        responses={201: serializers.WrittenNoteSerializer},
    )
    def post(self, request: Request, match_id: UUID) -> Response:
        """Write a note about an active match or one of its sessions. 400 `unknown_session`; 409
        `match_ended` and `blocked`."""
        body = self.body(serializers.WriteNoteRequest)
        note = notes.write_note(
            author=self.caller, match_id=match_id, text=body["text"], session_id=body["session"]
        )
        return Response(serializers.WrittenNoteSerializer(note).data, 201)


class NoteDetail(ApiView):
    private = True
    permissions = {"PATCH": Principal.USER, "DELETE": Principal.USER}

    @extend_schema(
        operation_id="mentorship_notes_change",
        request=serializers.ChangeNoteRequest,
        responses=serializers.WrittenNoteSerializer,
    )
    def patch(self, request: Request, note_id: UUID) -> Response:
        """Replace the text of a note that the caller wrote."""
        text = self.body(serializers.ChangeNoteRequest)["text"]
        note = notes.change_note(author=self.caller, note_id=note_id, text=text)
        return Response(serializers.WrittenNoteSerializer(note).data)

    @extend_schema(operation_id="mentorship_notes_delete", responses={204: None})
    def delete(self, request: Request, note_id: UUID) -> Response:
        """Delete a note that the caller wrote."""
        notes.delete_note(author=self.caller, note_id=note_id)
        return Response(status=204)
