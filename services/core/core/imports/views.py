from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.imports.mission_file import MissionFile, mission_document
from core.imports.models import Import
from core.imports.program_fields import ProgramFile
from core.imports.program_file import program_document
from core.imports.requests import request_import
from core.imports.selectors import own_import
from core.imports.serializers import ImportRequest, ImportSerializer
from core.kit.views import ApiView
from core.missions import selectors as missions
from core.programs import selectors as programs
from ongoza_contracts.access import Permission


class _Imports(ApiView):
    idempotent_methods = ("POST",)

    def requested(self, kind: Import.Kind, body: dict[str, Any]) -> Response:
        row = request_import(user=self.caller, kind=kind, file_id=body.pop("file"), **body)
        return Response(ImportSerializer(row).data, 202)


class _ImportDetail(ApiView):
    kind: ClassVar[Import.Kind]
    permissions = {"GET": Permission.CONTENT_MANAGE}

    def get(self, request: Request, import_id: UUID) -> Response:
        """How far an import of the caller's is, and what is wrong with its rows or parts."""
        row = own_import(self.caller.id, self.kind, import_id)
        return Response(ImportSerializer(row).data)


def _read_as(operation_id: str) -> Any:
    """Decorates a subclass of `_ImportDetail`, whose operation needs an id of its own."""
    return extend_schema_view(
        get=extend_schema(operation_id=operation_id, responses=ImportSerializer)
    )


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


@_read_as("content_import_read")
class ContentImport(_ImportDetail):
    kind = Import.Kind.CONTENT


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


@_read_as("progress_import_read")
class ProgressImport(_ImportDetail):
    kind = Import.Kind.PROGRESS
    permissions = {"GET": Permission.PROGRESS_RECORD}


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


@_read_as("programs_import_read")
class ProgramImport(_ImportDetail):
    kind = Import.Kind.PROGRAM


class MissionImports(_Imports):
    permissions = {"POST": Permission.CONTENT_MANAGE}

    @extend_schema(
        operation_id="missions_import", request=ImportRequest, responses={202: ImportSerializer}
    )
    def post(self, request: Request) -> Response:
        """Import missions with their rubrics and hints from an own YAML file, by a job. New ones
        are drafts.

        For directors and admins. 404 for a file of somebody else, 409 `upload_incomplete`, 400
        `unknown_format` unless its name ends in .yaml or .yml.
        """
        return self.requested(Import.Kind.MISSION, self.body(ImportRequest))


@_read_as("missions_import_read")
class MissionImport(_ImportDetail):
    kind = Import.Kind.MISSION


class CompetencyImports(_Imports):
    permissions = {"POST": Permission.CONTENT_MANAGE}

    @extend_schema(
        operation_id="competencies_import", request=ImportRequest, responses={202: ImportSerializer}
    )
    def post(self, request: Request) -> Response:
        """Import competencies from an own file in CSV or JSON lines, by a job.

        For directors and admins. 404 for a file of somebody else, 409 `upload_incomplete`, 400
        `unknown_format` unless its name ends in .csv, .jsonl or .ndjson.
        """
        return self.requested(Import.Kind.COMPETENCY, self.body(ImportRequest))


@_read_as("competencies_import_read")
class CompetencyImport(_ImportDetail):
    kind = Import.Kind.COMPETENCY


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


class MissionExport(ApiView):
    permissions = {"GET": Permission.CONTENT_MANAGE}

    @extend_schema(
        operation_id="missions_export", responses={(200, "application/yaml"): MissionFile}
    )
    def get(self, request: Request, mission_id: UUID) -> HttpResponse:
        """A mission with its rubric and hints as one YAML file, which can be imported.

        For directors and admins. 409 `no_code`.
        """
        mission = missions.mission(mission_id)
        text = mission_document(mission)
        headers = {"Content-Disposition": f'attachment; filename="{mission.code}.yaml"'}
        return HttpResponse(text, content_type="application/yaml", headers=headers)
