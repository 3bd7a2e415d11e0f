from uuid import UUID

from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from core.exports import selectors, services
from core.exports.models import ExportKind, TableFormat
from core.exports.serializers import ExportTableRequest, TableExportSerializer
from core.exports.throttles import ExportsThrottle
from core.files.responses import attachment
from core.files.schema import Download
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView


class TableExports(ApiView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    def get_throttles(self) -> list[BaseThrottle]:
        return [ExportsThrottle()] if self.request.method == "POST" else []

    @extend_schema(
        operation_id="exports_list", parameters=PAGE, responses=page_of(TableExportSerializer)
    )
    def get(self, request: Request) -> Response:
        """The caller's exports, the newest first."""
        return self.page(selectors.exports_of(self.caller), TableExportSerializer)

    @extend_schema(
        operation_id="exports_add",
        request=ExportTableRequest,
        responses={202: TableExportSerializer},
    )
    def post(self, request: Request) -> Response:
        """Have a table of a dashboard written to a private file that expires.

        403 for a table that the caller may not read, 404 for a cohort out of reach. Directors'
        tables are CSV or XLSX, sponsors' PDF as well. What suppression hides is `hidden` there too.
        """
        body = self.body(ExportTableRequest)
        row = services.request_table(
            user=self.caller,
            kind=ExportKind(body.pop("kind")),
            form=TableFormat(body.pop("form")),
            **body,
        )
        found = selectors.export_of(self.caller, row.pk)
        return Response(TableExportSerializer(found).data, 202)


class TableExportDetail(ApiView):
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="exports_read", responses=TableExportSerializer)
    def get(self, request: Request, export_id: UUID) -> Response:
        """How far an export of the caller's is: `rows_written` of `rows`."""
        return Response(TableExportSerializer(selectors.export_of(self.caller, export_id)).data)


class TableExportFile(ApiView):
    permissions = {"GET": Principal.USER}

    @extend_schema(
        operation_id="exports_download",
        responses={
            (200, "text/csv"): Download,
            (
                200,
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ): Download,
            (200, "application/pdf"): Download,
        },
    )
    def get(self, request: Request, export_id: UUID) -> FileResponse:
        """Download the file. 404 while there is none, once it expired, and for who may not read the
        table any more; 410 `file_gone` if its bytes were lost."""
        row, file = selectors.file_of(self.caller, export_id)
        return attachment(request, file, f"{row.kind}.{row.format}")
