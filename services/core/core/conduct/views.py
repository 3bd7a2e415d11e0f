from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.conduct import selectors, serializers, services
from core.conduct.models import DecisionAction, Outcome, ReportReason, ReportState
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.mentorship import blocks
from ongoza_contracts.access import Permission

STATE = OpenApiParameter("state", str, enum=list(ReportState))


class Reports(ApiView):
    private = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="conduct_reports_list",
        parameters=[*PAGE],
        responses=page_of(serializers.ReportSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's own reports, the oldest first."""
        return self.page(selectors.own_reports(self.caller), serializers.ReportSerializer)

    @extend_schema(
        operation_id="conduct_reports_add",
        request=serializers.AddReportRequest,
        responses={201: serializers.ReportSerializer},
    )
    def post(self, request: Request) -> Response:
        """Report the other one of one's match to those who manage the learner's organization, and
        to admins. 409 `already_reported` while a report for the same reason is not decided."""
        body = self.body(serializers.AddReportRequest)
        row = services.report(
            reporter=self.caller,
            match_id=body["match"],
            reason=ReportReason(body["reason"]),
            text=body["text"],
            messages=body["messages"],
        )
        return Response(serializers.ReportSerializer(row).data, 201)


class ReportDetail(ApiView):
    private = True
    permissions = {"GET": Principal.USER}

    @extend_schema(
        operation_id="conduct_reports_read", responses=serializers.ReportDetailSerializer
    )
    def get(self, request: Request, report_id: UUID) -> Response:
        """One of the caller's own reports."""
        row = selectors.own_report(self.caller, report_id)
        return Response(serializers.ReportDetailSerializer(row).data)


class Queue(ApiView):
    private = True
    permissions = {"GET": Permission.CONDUCT_MANAGE}
    query_parameters = (*PAGE_PARAMETERS, "state")

    @extend_schema(
        operation_id="conduct_queue_list",
        parameters=[STATE, *PAGE],
        responses=page_of(serializers.QueuedReportSerializer),
    )
    def get(self, request: Request) -> Response:
        """The reports that the caller decides, the oldest first; none by or about the caller."""
        rows = selectors.queue(self.caller)
        if state := enum_param(request, "state", ReportState):
            rows = rows.filter(state=state)
        return self.page(rows, serializers.QueuedReportSerializer)


class QueuedReport(ApiView):
    private = True
    permissions = {"GET": Permission.CONDUCT_MANAGE}

    @extend_schema(
        operation_id="conduct_queue_read", responses=serializers.QueuedReportDetailSerializer
    )
    def get(self, request: Request, report_id: UUID) -> Response:
        """One report with its text, the messages that it shows and what was decided so far."""
        row = selectors.queued_report(self.caller, report_id)
        return Response(serializers.QueuedReportDetailSerializer(row).data)


class ReportTransitions(ApiView):
    private = True
    permissions = {"POST": Permission.CONDUCT_MANAGE}

    @extend_schema(
        operation_id="conduct_queue_move",
        request=serializers.DecideReportRequest,
        responses=serializers.QueuedReportSerializer,
    )
    def post(self, request: Request, report_id: UUID) -> Response:
        """Take, resolve, dismiss or reopen a report. 409 `illegal_transition`."""
        body = self.body(serializers.DecideReportRequest)
        row = services.decide(
            caller=self.caller,
            report_id=report_id,
            action=DecisionAction(body["action"]),
            outcome=Outcome(body["outcome"]) if body["outcome"] else None,
        )
        return Response(serializers.QueuedReportSerializer(row).data)


class Blocks(ApiView):
    private = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="conduct_blocks_list",
        parameters=[*PAGE],
        responses=page_of(serializers.BlockSerializer),
    )
    def get(self, request: Request) -> Response:
        """Whom the caller has blocked."""
        return self.page(blocks.blocks_of(self.caller), serializers.BlockSerializer)

    @extend_schema(
        operation_id="conduct_blocks_add",
        request=serializers.BlockRequest,
        responses={200: serializers.BlockSerializer, 201: serializers.BlockSerializer},
    )
    def post(self, request: Request) -> Response:
        """Block the other one of one's match: no new requests, sessions and messages, both ways.
        200 if that is so already."""
        row, is_new = services.block_other(
            user=self.caller, match_id=self.body(serializers.BlockRequest)["match"]
        )
        return Response(serializers.BlockSerializer(row).data, 201 if is_new else 200)


class BlockDetail(ApiView):
    private = True
    permissions = {"DELETE": Principal.USER}

    @extend_schema(operation_id="conduct_blocks_end", responses={204: None})
    def delete(self, request: Request, block_id: UUID) -> Response:
        """End a block of the caller's."""
        blocks.unblock(user=self.caller, block_id=block_id)
        return Response(status=204)
