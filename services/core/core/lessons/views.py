from enum import StrEnum
from uuid import UUID

from django.http import FileResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.files.content_types import MEDIA_TYPES
from core.files.responses import attachment
from core.files.schema import Download
from core.kit.etags import same_tag
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.lessons import selectors, serializers, services
from core.lessons.models import Language
from core.lessons.serializers import (
    BodySerializer,
    BodyVersionDetailSerializer,
    BodyVersionSerializer,
)
from core.programs.selectors import content
from ongoza_contracts.access import Permission


class Markup(StrEnum):
    MARKDOWN = "markdown"
    HTML = "html"


LANGUAGE = OpenApiParameter(
    "language",
    str,
    enum=list(Language),
    description="Without it, and where there is no body in it: the caller's own, else English, "
    "else any.",
)


class BodySizes(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = ("language", *PAGE_PARAMETERS)

    @extend_schema(
        operation_id="content_list_body_sizes",
        parameters=[LANGUAGE, *PAGE],
        responses=page_of(serializers.BodySizeSerializer),
    )
    def get(self, request: Request) -> Response:
        """How many bytes the published texts have, of each course and module that has one in the
        language in which the caller reads it."""
        rows = selectors.published_sizes(self.caller, enum_param(request, "language", Language))
        return self.page(rows, serializers.BodySizeSerializer)


class ContentBody(ApiView):
    permissions = {"GET": Principal.USER}
    etag_methods = ("GET",)
    query_parameters = ("language", "markup")

    @extend_schema(
        operation_id="content_read_body",
        parameters=[
            LANGUAGE,
            OpenApiParameter(
                "markup", str, enum=list(Markup), description="`markdown` unless given."
            ),
        ],
        responses=BodySerializer,
    )
    def get(self, request: Request, content_id: str) -> Response:
        """The published text of a course or module, in sections. Its HTML has no scripts, no styles
        and no images from elsewhere."""
        found = selectors.published_body(
            self.caller,
            content_id,
            enum_param(request, "language", Language),
            as_html=enum_param(request, "markup", Markup) == Markup.HTML,
        )
        return self.one(found, BodySerializer)


class ContentBodyFile(ApiView):
    permissions = {"GET": Principal.USER}
    etag_methods = ("GET",)

    @extend_schema(
        operation_id="content_download_body_file",
        responses={(200, media_type): Download for media_type in MEDIA_TYPES},
    )
    def get(self, request: Request, content_id: str, file_id: UUID) -> FileResponse | Response:
        """Download a file of a body, to which its text refers as `files/<id>`. 410 `file_gone` if
        its bytes were lost."""
        blob = selectors.file_of(self.caller, content_id, file_id)
        headers = {"ETag": f'"{blob.pk}"'}
        if same_tag(request.headers.get("If-None-Match"), headers["ETag"]):
            return Response(status=304, headers=headers)
        response = attachment(request, blob, str(file_id))
        response.headers["ETag"] = headers["ETag"]
        response.headers["Cache-Control"] = "private, max-age=604800, immutable"
        return response


class BodyVersions(ApiView):
    permissions = {"GET": Permission.CONTENT_MANAGE, "POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="content_list_bodies",
        parameters=PAGE,
        responses=page_of(BodyVersionSerializer),
    )
    def get(self, request: Request, content_id: str) -> Response:
        """List the versions of an item's text in all languages, drafts too, without the text. For
        directors and admins."""
        rows = selectors.bodies_of(content(content_id).content_id)
        return self.page(rows.defer("markdown"), BodyVersionSerializer)

    @extend_schema(
        operation_id="content_write_body",
        request=serializers.WriteBodyRequest,
        responses={201: BodyVersionDetailSerializer},
    )
    def post(self, request: Request, content_id: str) -> Response:
        """Write the draft of a text. For directors and admins.

        409 `draft_exists` names the draft that the language has; 400 `invalid_markdown`,
        `unknown_file`, `no_body`.
        """
        body = services.write_draft(
            author=self.caller, content_id=content_id, **self.body(serializers.WriteBodyRequest)
        )
        return self.one(body, BodyVersionDetailSerializer, 201)


class BodyVersion(ApiView):
    permissions = dict.fromkeys(("GET", "PATCH", "DELETE"), Permission.CONTENT_MANAGE)
    etag_methods = ("GET", "PATCH")
    if_match_methods = ("PATCH", "DELETE")

    @extend_schema(operation_id="content_read_body_version", responses=BodyVersionDetailSerializer)
    def get(self, request: Request, content_id: str, body_id: UUID) -> Response:
        """One version of a text, with its Markdown. For directors and admins."""
        return self.one(selectors.body_of(content_id, body_id), BodyVersionDetailSerializer)

    @extend_schema(
        operation_id="content_change_body",
        request=serializers.ChangeBodyRequest,
        responses=BodyVersionDetailSerializer,
    )
    def patch(self, request: Request, content_id: str, body_id: UUID) -> Response:
        """Change a draft. For directors and admins. 409 `not_a_draft`."""
        body = services.change_draft(
            author=self.caller,
            content_id=content_id,
            body_id=body_id,
            if_match=self.if_match,
            **self.body(serializers.ChangeBodyRequest),
        )
        return self.one(body, BodyVersionDetailSerializer)

    @extend_schema(operation_id="content_delete_body", responses={204: None})
    def delete(self, request: Request, content_id: str, body_id: UUID) -> Response:
        """Delete a draft. For directors and admins. 409 `not_a_draft`."""
        services.delete_draft(content_id=content_id, body_id=body_id, if_match=self.if_match)
        return Response(status=204)


class PublishBody(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)
    if_match_methods = ("POST",)

    @extend_schema(
        operation_id="content_publish_body", request=None, responses=BodyVersionDetailSerializer
    )
    def post(self, request: Request, content_id: str, body_id: UUID) -> Response:
        """Let learners read a draft in place of the present text of its language. For directors and
        admins."""
        body = services.publish_body(content_id=content_id, body_id=body_id, if_match=self.if_match)
        return self.one(body, BodyVersionDetailSerializer)
