from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param, user_id_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.progress import selectors, services
from core.progress.serializers import (
    AttemptSerializer,
    ProgressSerializer,
    ReportedProgressSerializer,
    ReportRequest,
    ReviseRequest,
)
from core.users.base_views import ConsentedView
from ongoza_contracts.access import Permission
from ongoza_contracts.vocabulary import ContentType, ProgressStatus

FILTERS = [
    OpenApiParameter("user", int, description="Id of the learner; by default the caller."),
    OpenApiParameter("content_type", str, enum=list(ContentType)),
    OpenApiParameter("status", str, enum=list(ProgressStatus)),
]


class ReportView(ApiView):
    """A refusal for missing prerequisites carries their ids."""

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, services.PrerequisitesMissing):
            response.data["missing_prerequisites"] = exc.missing
        return response

    def reported(self, outcome: services.ReportOutcome) -> Response:
        status = 201 if outcome.created else 200
        response = self.one(outcome.progress, ProgressSerializer, status)
        response.data["missing_prerequisites"] = outcome.missing_prerequisites
        return response


class ProgressList(ReportView, ConsentedView):
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
        responses={200: ReportedProgressSerializer, 201: ReportedProgressSerializer},
    )
    def post(self, request: Request) -> Response:
        """Report the caller's progress on an item: 201 for the first report, 200 after it.

        `reported_at` is when the client made the report. One that is older than the newest report
        of the item changes nothing: the answer is the record as it is. A report without it counts
        as made now, and leaves the percentage of an item in progress where it is if its own is
        lower; PATCH lowers it. A completed item stays completed: 409 `already_completed`. Where
        the program requires prerequisites, the first report without them is a 409
        `prerequisites_missing`; both answers name them in `missing_prerequisites`. A self-report
        does not complete an item with a quiz (409 `needs_quiz`) or with a review (409
        `needs_review`).
        """
        return self.reported(services.report_progress(user=self.caller, **self.body(ReportRequest)))


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
        """Change one of the caller's records; the percentage may be lowered.

        409 `attested_completion` for other fields than `metadata` of an item that was completed by
        another's word.
        """
        changes = self.body(ReviseRequest, partial=True)
        progress = services.revise_progress(
            user=self.caller, progress_id=progress_id, if_match=self.if_match, **changes
        )
        return self.one(progress, ProgressSerializer)


class ProgressAttempts(ConsentedView):
    permissions = {"GET": Permission.LEARNER_READ, "POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="progress_list_attempts",
        parameters=PAGE,
        responses=page_of(AttemptSerializer),
    )
    def get(self, request: Request, progress_id: int) -> Response:
        """The finished attempts at an item that later ones followed, oldest first."""
        return self.page(selectors.attempts_of(self.caller, progress_id), AttemptSerializer)

    @extend_schema(
        operation_id="progress_start_attempt", request=None, responses={201: ProgressSerializer}
    )
    def post(self, request: Request, progress_id: int) -> Response:
        """Take a completed item of the caller again: the record is in progress, with the next
        number as `attempt`. `first_completed_at` and `best_score` stay."""
        progress = services.start_attempt(user=self.caller, progress_id=progress_id)
        return self.one(progress, ProgressSerializer, 201)


class LearnerProgress(ReportView):
    permissions = {"POST": Permission.PROGRESS_RECORD}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="progress_record",
        request=ReportRequest,
        responses={200: ReportedProgressSerializer, 201: ReportedProgressSerializer},
    )
    def post(self, request: Request, user_id: int) -> Response:
        """Record a learner's progress on the word of staff, by the rules of `POST progress/`.

        For directors and admins. The record's `source` is `staff`, and a score that the learner
        reported before is dropped. The learner's reports do not change what was completed so.
        """
        report = self.body(ReportRequest)
        return self.reported(
            services.record_progress(caller=self.caller, user_id=user_id, **report)
        )
