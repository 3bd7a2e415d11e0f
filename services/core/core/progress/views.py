from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param, user_id_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.progress import selectors, services
from core.progress.serializers import ProgressSerializer, ReportRequest, ReviseRequest
from core.users.base_views import ConsentedView
from ongoza_contracts.access import Permission
from ongoza_contracts.vocabulary import ContentType, ProgressStatus

FILTERS = [
    OpenApiParameter("user", int, description="Id of the learner; by default the caller."),
    OpenApiParameter("content_type", str, enum=list(ContentType)),
    OpenApiParameter("status", str, enum=list(ProgressStatus)),
]


class ProgressList(ConsentedView):
    permissions = {"GET": Permission.LEARNER_READ, "POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "user", "content_type", "status")

    @extend_schema(
        operation_id="progress_list",
        parameters=[*FILTERS, *PAGE],
        responses=page_of(ProgressSerializer),
    )
    def get(self, request: Request) -> Response:
        """A learner's progress: the caller's own, or that of a learner whom the caller may read."""
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
        """Report the caller's progress on an item: 201 for the first report, 200 after it."""
        progress, created = services.report_progress(user=self.caller, **self.body(ReportRequest))
        return self.one(progress, ProgressSerializer, 201 if created else 200)


class ProgressDetail(ConsentedView):
    permissions = {"GET": Permission.LEARNER_READ, "PATCH": Principal.USER}
    if_match_methods = ("PATCH",)
    etag_methods = ("GET", "PATCH")

    @extend_schema(operation_id="progress_read", responses=ProgressSerializer)
    def get(self, request: Request, progress_id: int) -> Response:
        """One record; 404 for callers who may not read its learner."""
        progress = selectors.visible_progress(self.caller, progress_id)
        return self.one(progress, ProgressSerializer)

    @extend_schema(
        operation_id="progress_revise", request=ReviseRequest, responses=ProgressSerializer
    )
    def patch(self, request: Request, progress_id: int) -> Response:
        """Change one of the caller's records."""
        changes = self.body(ReviseRequest, partial=True)
        progress = services.revise_progress(
            user=self.caller, progress_id=progress_id, if_match=self.if_match, **changes
        )
        return self.one(progress, ProgressSerializer)
