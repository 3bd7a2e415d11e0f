from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param, user_id_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.progress import selectors, services
from core.progress.serializers import ProgressSerializer, ReportRequest, ReviseRequest
from ongoza_contracts.access import Permission
from ongoza_contracts.vocabulary import ContentType, ProgressStatus

FILTERS = [
    OpenApiParameter("user", int, description="Whose; the caller's own unless given."),
    OpenApiParameter("content_type", str, enum=list(ContentType)),
    OpenApiParameter("status", str, enum=list(ProgressStatus)),
]


class ProgressList(ApiView):
    permissions = {"GET": Permission.LEARNER_READ, "POST": Principal.USER}
    query_parameters = (*PAGE_PARAMETERS, "user", "content_type", "status")

    @extend_schema(
        operation_id="progress_list",
        parameters=[*FILTERS, *PAGE],
        responses=page_of(ProgressSerializer),
    )
    def get(self, request: Request) -> Response:
        """A learner's progress: one's own, or that of a learner the caller may see."""
        rows = selectors.progress_of(self.caller, user_id_param(request, self.caller.id))
        if content_type := enum_param(request, "content_type", ContentType):
            rows = rows.filter(content__content_type=content_type)
        if status := enum_param(request, "status", ProgressStatus):
            rows = rows.filter(status=status)
        return self.page(rows, ProgressSerializer)

    @extend_schema(
        operation_id="progress_report",
        request=ReportRequest,
        responses={200: ProgressSerializer, 201: ProgressSerializer},
    )
    def post(self, request: Request) -> Response:
        """Report one's progress on an item: 201 the first time, 200 after that."""
        progress, created = services.report_progress(user=self.caller, **self.body(ReportRequest))
        return Response(ProgressSerializer(progress).data, 201 if created else 200)


class ProgressDetail(ApiView):
    permissions = {"GET": Permission.LEARNER_READ, "PATCH": Principal.USER}

    @extend_schema(operation_id="progress_read", responses=ProgressSerializer)
    def get(self, request: Request, progress_id: int) -> Response:
        """One record, for its learner and for roles that may see the learner; else 404."""
        progress = selectors.visible_progress(self.caller, progress_id)
        return Response(ProgressSerializer(progress).data)

    @extend_schema(
        operation_id="progress_revise", request=ReviseRequest, responses=ProgressSerializer
    )
    def patch(self, request: Request, progress_id: int) -> Response:
        """Change a record of one's own."""
        changes = self.body(ReviseRequest, partial=True)
        progress = services.revise_progress(user=self.caller, progress_id=progress_id, **changes)
        return Response(ProgressSerializer(progress).data)
