from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS, positive_int_param
from core.kit.parameters import enum_param, text_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.programs import competencies, selectors, serializers, services
from core.programs.models import Competency, ContentItem
from core.programs.serializers import ContentSerializer
from ongoza_contracts.access import Permission
from ongoza_contracts.vocabulary import ContentType, Track

SEARCH_MAX_LENGTH = 100
EXTERNAL_ID_MAX_LENGTH = 128
COMPETENCY_MAX_LENGTH = 97


class ContentOrder(StrEnum):
    """The orders of the list; `-` is descending."""

    CONTENT_ID = "content_id"
    CONTENT_ID_DESCENDING = "-content_id"
    PUBLISHED_AT = "published_at"
    PUBLISHED_AT_DESCENDING = "-published_at"
    TITLE = "title"
    TITLE_DESCENDING = "-title"
    LEVEL = "level"
    LEVEL_DESCENDING = "-level"
    DURATION = "duration_minutes"
    DURATION_DESCENDING = "-duration_minutes"


FILTERS = [
    OpenApiParameter("q", str, description="Words that title or description contain, all of them."),
    OpenApiParameter(
        "ordering", str, enum=list(ContentOrder), description="`content_id` unless given."
    ),
    OpenApiParameter("content_type", str, enum=list(ContentType)),
    OpenApiParameter("track", str, enum=list(Track)),
    OpenApiParameter("level", int),
    OpenApiParameter(
        "external_source", str, description="Items with an id of this source, such as `attack`."
    ),
    OpenApiParameter("external_id", str, description="Items with this id in a source."),
    OpenApiParameter("competency", str, description="Items that teach it: `framework:code`."),
]
EXTERNAL_IDS = {"external_source": "source", "external_id": "external_id"}
"""The column that each parameter compares."""


class Tracks(ApiView):
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="tracks_list", responses=serializers.TracksSerializer)
    def get(self, request: Request) -> Response:
        """List the five tracks, with the numbers of programs and items that are not retired."""
        return Response(serializers.TracksSerializer({"tracks": selectors.tracks()}).data)


class Competencies(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = (*PAGE_PARAMETERS, "framework", "q")

    @extend_schema(
        operation_id="competencies_list",
        parameters=[
            OpenApiParameter("framework", str, description="Such as `attack` or `ongoza`."),
            OpenApiParameter("q", str, description="Words that code or name contain, all of them."),
            *PAGE,
        ],
        responses=page_of(serializers.CompetencySerializer),
    )
    def get(self, request: Request) -> Response:
        """List the competencies that content may name, by framework and code."""
        rows = Competency.objects.all()
        if "framework" in request.query_params:
            rows = rows.filter(framework=text_param(request, "framework", most=32))
        if "q" in request.query_params:
            words = text_param(request, "q", most=SEARCH_MAX_LENGTH).split()
            rows = competencies.containing(rows, words)
        return self.page(rows, serializers.CompetencySerializer)


class _ContentList(ApiView):
    query_parameters = (
        *(*PAGE_PARAMETERS, "q", "ordering", "content_type", "track", "level", "competency"),
        *EXTERNAL_IDS,
    )

    def filtered(self, rows: QuerySet[ContentItem]) -> Response:
        if content_type := enum_param(self.request, "content_type", ContentType):
            rows = rows.filter(content_type=content_type)
        if track := enum_param(self.request, "track", Track):
            rows = rows.filter(track=track)
        if "level" in self.request.query_params:
            rows = rows.filter(level=positive_int_param(self.request, "level", default=1, most=5))
        if given := EXTERNAL_IDS.keys() & self.request.query_params.keys():
            wanted = {
                EXTERNAL_IDS[name]: text_param(self.request, name, most=EXTERNAL_ID_MAX_LENGTH)
                for name in given
            }
            rows = selectors.with_external_id(rows, **wanted)
        if "competency" in self.request.query_params:
            named = text_param(self.request, "competency", most=COMPETENCY_MAX_LENGTH)
            rows = competencies.teaching(rows, named)
        if "q" in self.request.query_params:
            words = text_param(self.request, "q", most=SEARCH_MAX_LENGTH).split()
            rows = selectors.containing(rows, words)
        if ordering := enum_param(self.request, "ordering", ContentOrder):
            rows = rows.order_by(ordering.value)
        return self.page(rows, ContentSerializer)


class ProgramContent(_ContentList):
    permissions = {"GET": Principal.USER}

    @extend_schema(
        operation_id="programs_list_content",
        parameters=[*FILTERS, *PAGE],
        responses=page_of(ContentSerializer),
    )
    def get(self, request: Request, program_id: int) -> Response:
        """List the items of a program that are not retired."""
        program = selectors.program(program_id)
        return self.filtered(selectors.offered().filter(program=program))


class Content(_ContentList):
    permissions = {"GET": Principal.USER, "POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="content_list",
        parameters=[*FILTERS, *PAGE],
        responses=page_of(ContentSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the items that are not retired."""
        return self.filtered(selectors.offered())

    @extend_schema(
        operation_id="content_publish",
        request=serializers.PublishContentRequest,
        responses={201: ContentSerializer},
    )
    def post(self, request: Request) -> Response:
        """Publish a course, module or mission. For directors and admins."""
        item = services.publish_content(**_state(self.body(serializers.PublishContentRequest)))
        return self.one(item, ContentSerializer, 201)


class ContentDetail(ApiView):
    permissions = {"GET": Principal.USER, "PATCH": Permission.CONTENT_MANAGE}
    if_match_methods = ("PATCH",)
    etag_methods = ("GET", "PATCH")

    @extend_schema(operation_id="content_read", responses=ContentSerializer)
    def get(self, request: Request, content_id: str) -> Response:
        """One item, retired or not."""
        return self.one(selectors.content(content_id), ContentSerializer)

    @extend_schema(
        operation_id="content_update",
        request=serializers.UpdateContentRequest,
        responses=ContentSerializer,
    )
    def patch(self, request: Request, content_id: str) -> Response:
        """Change an item that is not retired. For directors and admins."""
        changes = _state(self.body(serializers.UpdateContentRequest, partial=True))
        item = services.update_content(content_id=content_id, if_match=self.if_match, **changes)
        return self.one(item, ContentSerializer)


class RetireContent(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)

    @extend_schema(
        operation_id="content_retire", request=None, responses=serializers.RetiredContentSerializer
    )
    def post(self, request: Request, content_id: str) -> Response:
        """Retire an item, and the modules of a course: they are no longer offered.

        For directors and admins.
        """
        item = services.retire_content(content_id=content_id)
        return self.one(item, serializers.RetiredContentSerializer)


class RestoreContent(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)

    @extend_schema(operation_id="content_restore", request=None, responses=ContentSerializer)
    def post(self, request: Request, content_id: str) -> Response:
        """Offer a retired item again, and the modules that were retired with a course.

        For directors and admins. 409 `course_retired` for a module of a retired course.
        """
        item = services.restore_content(content_id=content_id)
        return self.one(item, ContentSerializer)


def _state(body: dict[str, Any]) -> dict[str, Any]:
    """The body with its external ids as pairs."""
    if "external_ids" not in body:
        return body
    pairs = [(one["source"], one["external_id"]) for one in body["external_ids"]]
    return {**body, "external_ids": pairs}
