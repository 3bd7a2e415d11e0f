from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.imports.models import Import
from core.imports.program_fields import ProgramFile
from core.imports.program_file import program_document
from core.imports.requests import request_import
from core.imports.selectors import own_import
from core.imports.serializers import ImportRequest, ImportSerializer
from core.kit.views import ApiView
from core.programs import selectors as programs
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


class ProgramImports(_Imports):
    permissions = {"POST": Permission.CONTENT_MANAGE}

    @extend_schema(
        operation_id="programs_import", request=ImportRequest, responses={202: ImportSerializer}
    )
    def post(self, request: Request) -> Response:
        """Import a program with its content and milestones from an own YAML file, by a job.

        For directors and admins. 404 for a file of somebody else, 409 `upload_incomplete`, 400
        `unknown_format` unless its name ends in .yaml or .yml.
        """
        return self.requested(Import.Kind.PROGRAM, self.body(ImportRequest))


class ProgramImport(ApiView):
    permissions = {"GET": Permission.CONTENT_MANAGE}

    @extend_schema(operation_id="programs_import_read", responses=ImportSerializer)
    def get(self, request: Request, import_id: UUID) -> Response:
        """How far an import of the caller's is, and what is wrong with its parts."""
        row = own_import(self.caller.id, Import.Kind.PROGRAM, import_id)
        return Response(ImportSerializer(row).data)


class ProgramExport(ApiView):
    permissions = {"GET": Permission.CONTENT_MANAGE}

    @extend_schema(
        operation_id="programs_export", responses={(200, "application/yaml"): ProgramFile}
    )
    def get(self, request: Request, program_id: int) -> HttpResponse:
        """A program with its content and milestones as one YAML file, which can be imported.

        For directors and admins.
        """
        program = programs.program(program_id)
        headers = {"Content-Disposition": f'attachment; filename="{program.slug}.yaml"'}
        text = program_document(program)
        return HttpResponse(text, content_type="application/yaml", headers=headers)
