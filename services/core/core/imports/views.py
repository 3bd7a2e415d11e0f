from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.imports.models import Import
from core.imports.requests import request_import
from core.imports.selectors import own_import
from core.imports.serializers import ImportRequest, ImportSerializer
from core.kit.views import ApiView
from ongoza_contracts.access import Permission


class _Imports(ApiView):
    def requested(self, kind: Import.Kind, body: dict[str, Any]) -> Response:
        row = request_import(user=self.caller, kind=kind, file_id=body.pop("file"), **body)
        return Response(ImportSerializer(row).data, 202)


class ContentImports(_Imports):
    permissions = {"POST": Permission.CONTENT_MANAGE}

    @extend_schema(
        operation_id="content_import", request=ImportRequest, responses={202: ImportSerializer}
    )
    def post(self, request: Request) -> Response:
        """Import content from an own file in CSV or JSON lines, by a job.

        For directors and admins. 404 for a file of somebody else, 409 `upload_incomplete`, 400
        `unknown_format` unless its name ends in .csv, .jsonl or .ndjson.
        """
        return self.requested(Import.Kind.CONTENT, self.body(ImportRequest))


class ContentImport(ApiView):
    permissions = {"GET": Permission.CONTENT_MANAGE}

    @extend_schema(operation_id="content_import_read", responses=ImportSerializer)
    def get(self, request: Request, import_id: UUID) -> Response:
        """How far an import of the caller's is, and what is wrong with its rows."""
        row = own_import(self.caller.id, Import.Kind.CONTENT, import_id)
        return Response(ImportSerializer(row).data)


class ProgressImports(_Imports):
    permissions = {"POST": Permission.PROGRESS_RECORD}

    @extend_schema(
        operation_id="progress_import", request=ImportRequest, responses={202: ImportSerializer}
    )
    def post(self, request: Request) -> Response:
        """Import progress of learners from an own file in CSV or JSON lines, by a job.

        For admins: 403 for callers who may record progress of an organization alone. 404 for a file
        of somebody else, 409 `upload_incomplete`, 400 `unknown_format` unless its name ends in
        .csv, .jsonl or .ndjson.
        """
        return self.requested(Import.Kind.PROGRESS, self.body(ImportRequest))


class ProgressImport(ApiView):
    permissions = {"GET": Permission.PROGRESS_RECORD}

    @extend_schema(operation_id="progress_import_read", responses=ImportSerializer)
    def get(self, request: Request, import_id: UUID) -> Response:
        """How far an import of the caller's is, and what is wrong with its rows."""
        row = own_import(self.caller.id, Import.Kind.PROGRESS, import_id)
        return Response(ImportSerializer(row).data)
