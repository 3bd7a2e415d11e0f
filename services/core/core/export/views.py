from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from core.export import selectors, services
from core.export.serializers import ExportSerializer
from core.export.throttles import ExportThrottle
from core.files.responses import attachment
from core.files.schema import Download
from core.kit.permissions import Principal
from core.users.base_views import AccountView


class ExportDetail(AccountView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    idempotent_methods = ("POST",)

    def get_throttles(self) -> list[BaseThrottle]:
        return [ExportThrottle()] if self.request.method == "POST" else []

    @extend_schema(operation_id="users_me_export", responses=ExportSerializer)
    def get(self, request: Request) -> Response:
        """Whether the archive of the caller's data is ready, and when it expires."""
        return Response(ExportSerializer(selectors.export_of(self.caller)).data)

    @extend_schema(
        operation_id="users_me_export_request", request=None, responses={202: ExportSerializer}
    )
    def post(self, request: Request) -> Response:
        """Ask for an archive of everything that is stored about the caller. A mail says when it
        is ready. While one is under way nothing more is asked for."""
        return Response(ExportSerializer(services.request_export(self.caller)).data, 202)


class ExportDownload(AccountView):
    may_be_absent = True
    permissions = {"GET": Principal.USER}

    @extend_schema(
        operation_id="users_me_export_download", responses={(200, "application/zip"): Download}
    )
    def get(self, request: Request) -> FileResponse:
        """Download the archive, a ZIP file. 404 without one, 410 `file_gone` if its bytes were
        lost."""
        return attachment(request, selectors.archive_of(self.caller), "ongoza-export.zip")
