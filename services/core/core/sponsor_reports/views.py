from uuid import UUID

from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from core.files.responses import attachment
from core.files.schema import Download
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.sponsor_reports import selectors, services
from core.sponsor_reports.serializers import SponsorReportRequest, SponsorReportSerializer
from core.sponsor_reports.throttles import ReportsThrottle
from ongoza_contracts.access import Permission


class SponsorReports(ApiView):
    permissions = {"GET": Permission.SPONSORSHIP_READ, "POST": Permission.SPONSORSHIP_READ}
    query_parameters = PAGE_PARAMETERS

    def get_throttles(self) -> list[BaseThrottle]:
        return [ReportsThrottle()] if self.request.method == "POST" else []

    @extend_schema(
        operation_id="sponsor_list_reports",
        parameters=PAGE,
        responses=page_of(SponsorReportSerializer),
    )
    def get(self, request: Request) -> Response:
        """The reports that the caller asked for, the newest first."""
        return self.page(selectors.reports_of(self.caller), SponsorReportSerializer)

    @extend_schema(
        operation_id="sponsor_add_report",
        request=SponsorReportRequest,
        responses={202: SponsorReportSerializer},
    )
    def post(self, request: Request) -> Response:
        """Have a signed report about an organization written, with the numbers of now, which
        operators can recount from history. 404 for an organization that the caller does not
        sponsor, 409 `credentials_off` on a server that signs nothing."""
        row = services.request_report(user=self.caller, **self.body(SponsorReportRequest))
        found = selectors.report_of(self.caller, row.pk)
        return Response(SponsorReportSerializer(found).data, 202)


class SponsorReportDetail(ApiView):
    permissions = {"GET": Permission.SPONSORSHIP_READ}

    @extend_schema(operation_id="sponsor_read_report", responses=SponsorReportSerializer)
    def get(self, request: Request, report_id: UUID) -> Response:
        """Whether a report of the caller's is ready."""
        found = selectors.report_of(self.caller, report_id)
        return Response(SponsorReportSerializer(found).data)


class SponsorReportFile(ApiView):
    may_be_absent = True
    permissions = {"GET": Permission.SPONSORSHIP_READ}

    @extend_schema(
        operation_id="sponsor_download_report", responses={(200, "application/json"): Download}
    )
    def get(self, request: Request, report_id: UUID) -> FileResponse:
        """Download the report: `report` and its `signature`. 404 while there is no file and once it
        expired, 410 `file_gone` if its bytes were lost."""
        file = selectors.file_of(self.caller, report_id)
        return attachment(request, file, f"sponsor-report-{report_id}.json")
