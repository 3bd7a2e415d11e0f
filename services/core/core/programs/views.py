from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS, positive_int_param
from core.kit.parameters import enum_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.programs import selectors, serializers, services
from core.programs.models import ContentItem, Program
from core.programs.serializers import ContentSerializer, ProgramSerializer
from ongoza_contracts.access import Permission
from ongoza_contracts.vocabulary import ContentType, Track

FILTERS = [
    OpenApiParameter("content_type", str, enum=list(ContentType)),
    OpenApiParameter("track", str, enum=list(Track)),
    OpenApiParameter("level", int),
]


class Programs(ApiView):
    permissions = {"GET": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="programs_list", parameters=PAGE, responses=page_of(ProgramSerializer)
    )
    def get(self, request: Request) -> Response:
        """Every program."""
        return self.page(Program.objects.all(), ProgramSerializer)


class ProgramDetail(ApiView):
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="programs_read", responses=ProgramSerializer)
    def get(self, request: Request, program_id: int) -> Response:
        """One program."""
        return Response(ProgramSerializer(selectors.program(program_id)).data)


class _ContentList(ApiView):
    query_parameters = (*PAGE_PARAMETERS, "content_type", "track", "level")

    def filtered(self, rows: QuerySet[ContentItem]) -> Response:
        if content_type := enum_param(self.request, "content_type", ContentType):
            rows = rows.filter(content_type=content_type)
        if track := enum_param(self.request, "track", Track):
            rows = rows.filter(track=track)
        if "level" in self.request.query_params:
            rows = rows.filter(level=positive_int_param(self.request, "level", default=1, most=5))
        return self.page(rows, ContentSerializer)


class ProgramContent(_ContentList):
    permissions = {"GET": Principal.USER}

    @extend_schema(
        operation_id="programs_list_content",
        parameters=[*FILTERS, *PAGE],
        responses=page_of(ContentSerializer),
    )
    def get(self, request: Request, program_id: int) -> Response:
        """What a program offers."""
        program = selectors.program(program_id)
        return self.filtered(selectors.offered().filter(program=program))


class Content(_ContentList):
    permissions = {"GET": Principal.USER, "POST": Permission.CONTENT_PUBLISH}

    @extend_schema(
        operation_id="content_list",
        parameters=[*FILTERS, *PAGE],
        responses=page_of(ContentSerializer),
    )
    def get(self, request: Request) -> Response:
        """Everything on offer."""
        return self.filtered(selectors.offered())

    @extend_schema(
        operation_id="content_publish",
        request=serializers.PublishContentRequest,
        responses={201: ContentSerializer},
    )
    def post(self, request: Request) -> Response:
        """Publish a course, module or mission: directors and admins."""
        item = services.publish_content(**self.body(serializers.PublishContentRequest))
        return Response(ContentSerializer(item).data, 201)


class ContentDetail(ApiView):
    permissions = {"GET": Principal.USER, "PATCH": Permission.CONTENT_PUBLISH}

    @extend_schema(operation_id="content_read", responses=ContentSerializer)
    def get(self, request: Request, content_id: str) -> Response:
        """One item, retired ones too."""
        return Response(ContentSerializer(selectors.content(content_id)).data)

    @extend_schema(
        operation_id="content_update",
        request=serializers.UpdateContentRequest,
        responses=ContentSerializer,
    )
    def patch(self, request: Request, content_id: str) -> Response:
        """Change an item on offer: directors and admins."""
        changes = self.body(serializers.UpdateContentRequest, partial=True)
        item = services.update_content(content_id=content_id, **changes)
        return Response(ContentSerializer(item).data)


class RetireContent(ApiView):
    permissions = {"POST": Permission.CONTENT_PUBLISH}

    @extend_schema(operation_id="content_retire", request=None, responses=ContentSerializer)
    def post(self, request: Request, content_id: str) -> Response:
        """Offer an item no more: directors and admins."""
        item = services.retire_content(content_id=content_id)
        return Response(ContentSerializer(item).data)
