"""Routes of the messages of a match."""

from uuid import UUID

from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.files.content_types import MEDIA_TYPES
from core.files.responses import attachment
from core.files.schema import Download
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.mentorship import messages
from core.mentorship import messages_serializers as serializers
from core.mentorship.messages import Content
from core.mentorship.pairs import own_match
from core.users.user_keys import text_cipher


class Messages(ApiView):
    private = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="messages_list",
        parameters=[*PAGE],
        responses=page_of(serializers.MessageSerializer),
    )
    def get(self, request: Request, match_id: UUID) -> Response:
        """The messages of one of the caller's matches, the newest first; also once it has ended."""
        match = own_match(self.caller, match_id)
        context = {"cipher": text_cipher(match.learner_id)}
        return self.page(messages.messages_of(match), serializers.MessageSerializer, context)

    @extend_schema(
        operation_id="messages_send",
        request=serializers.SendMessageRequest,
        responses={201: serializers.SentMessageSerializer},
    )
    def post(self, request: Request, match_id: UUID) -> Response:
        """Send a message to the other one of an active match. 409 `match_ended` and `blocked`; 400
        `unknown_file` and 409 `upload_incomplete` for artifacts."""
        body = self.body(serializers.SendMessageRequest)
        message = messages.send_message(
            author=self.caller,
            match_id=match_id,
            content=Content(body["text"], body["links"]),
            files=body["artifacts"],
        )
        return Response(serializers.SentMessageSerializer(message).data, 201)


class ReadMessages(ApiView):
    private = True
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="messages_read",
        request=serializers.MarkReadRequest,
        responses=serializers.UnreadMessages,
    )
    def post(self, request: Request, match_id: UUID) -> Response:
        """Mark the messages of the other one as read, up to a number; answers how many are unread
        now. The other one sees when."""
        up_to = self.body(serializers.MarkReadRequest)["up_to"]
        unread = messages.mark_read(reader=self.caller, match_id=match_id, up_to=up_to)
        return Response({"unread": unread})


class ArtifactContent(ApiView):
    private = True
    permissions = {"GET": Principal.USER}

    @extend_schema(
        operation_id="messages_download_artifact",
        responses={(200, media_type): Download for media_type in MEDIA_TYPES},
    )
    def get(self, request: Request, match_id: UUID, artifact_id: UUID) -> FileResponse:
        """Download a file that a message of one of the caller's matches shows. 410 `file_gone` if
        its bytes were lost."""
        upload = messages.artifact_of(self.caller, match_id, artifact_id)
        return attachment(request, upload.content, upload.name)
