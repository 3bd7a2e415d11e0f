from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS, positive_int_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.programs import milestones, program_serializers, selectors, services, versions
from core.programs.program_serializers import (
    MilestoneSerializer,
    ProgramVersionDetailSerializer,
    ProgramVersionSerializer,
)
from core.programs.serializers import ProgramSerializer
from ongoza_contracts.access import Permission
from ongoza_contracts.vocabulary import ID_MAX


class Programs(ApiView):
    permissions = {"GET": Principal.USER, "POST": Permission.CONTENT_MANAGE}
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="programs_list", parameters=PAGE, responses=page_of(ProgramSerializer)
    )
    def get(self, request: Request) -> Response:
        """List the programs that are not retired."""
        return self.page(selectors.offered_programs(), ProgramSerializer)

    @extend_schema(
        operation_id="programs_add",
        request=program_serializers.AddProgramRequest,
        responses={201: ProgramSerializer},
    )
    def post(self, request: Request) -> Response:
        """Create a program. For directors and admins. 409 `slug_taken`."""
        program = services.add_program(**self.body(program_serializers.AddProgramRequest))
        return Response(ProgramSerializer(program).data, 201)


class ProgramDetail(ApiView):
    permissions = {"GET": Principal.USER, "PATCH": Permission.CONTENT_MANAGE}

    @extend_schema(operation_id="programs_read", responses=ProgramSerializer)
    def get(self, request: Request, program_id: int) -> Response:
        """One program, retired or not."""
        return Response(ProgramSerializer(selectors.program(program_id)).data)

    @extend_schema(
        operation_id="programs_update",
        request=program_serializers.UpdateProgramRequest,
        responses=ProgramSerializer,
    )
    def patch(self, request: Request, program_id: int) -> Response:
        """Change a program. For directors and admins. 409 `program_retired`."""
        changes = self.body(program_serializers.UpdateProgramRequest, partial=True)
        program = services.update_program(program_id=program_id, **changes)
        return Response(ProgramSerializer(program).data)


class RetireProgram(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}

    @extend_schema(operation_id="programs_retire", request=None, responses=ProgramSerializer)
    def post(self, request: Request, program_id: int) -> Response:
        """Retire a program: it gets no more versions. Its content stays on offer.

        For directors and admins.
        """
        program = services.retire_program(program_id=program_id)
        return Response(ProgramSerializer(program).data)


class RestoreProgram(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}

    @extend_schema(operation_id="programs_restore", request=None, responses=ProgramSerializer)
    def post(self, request: Request, program_id: int) -> Response:
        """Undo the retirement of a program. For directors and admins."""
        program = services.restore_program(program_id=program_id)
        return Response(ProgramSerializer(program).data)


class Versions(ApiView):
    permissions = {"GET": Principal.USER, "POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="programs_list_versions",
        parameters=PAGE,
        responses=page_of(ProgramVersionSerializer),
    )
    def get(self, request: Request, program_id: int) -> Response:
        """List the versions of a program, the newest first, without their items."""
        program = selectors.program(program_id)
        return self.page(program.versions.all(), ProgramVersionSerializer)

    @extend_schema(
        operation_id="programs_publish_version",
        request=None,
        responses={201: ProgramVersionDetailSerializer},
    )
    def post(self, request: Request, program_id: int) -> Response:
        """Publish what stands in the milestones of a program now as its next version.

        For directors and admins. 409 `nothing_changed` where it would equal the newest,
        `nothing_to_publish`, `too_many_items` and `program_retired`.
        """
        version = versions.publish_version(program_id=program_id)
        return self.one(version, ProgramVersionDetailSerializer, 201)


class VersionDetail(ApiView):
    permissions = {"GET": Principal.USER}
    etag_methods = ("GET",)

    @extend_schema(operation_id="programs_read_version", responses=ProgramVersionDetailSerializer)
    def get(self, request: Request, program_id: int, number: int) -> Response:
        """One version of a program with its items. It never changes."""
        version = selectors.program_version(program_id, number)
        return self.one(version, ProgramVersionDetailSerializer)


class Milestones(ApiView):
    permissions = {"GET": Principal.USER, "POST": Permission.CONTENT_MANAGE}
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "program")

    @extend_schema(
        operation_id="milestones_list",
        parameters=[OpenApiParameter("program", int, description="Id of a program."), *PAGE],
        responses=page_of(MilestoneSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the milestones that are not retired, in the order of their program."""
        rows = selectors.milestones().filter(retired=False)
        if "program" in request.query_params:
            program = positive_int_param(request, "program", default=1, most=ID_MAX)
            rows = rows.filter(program=program)
        return self.page(rows, MilestoneSerializer)

    @extend_schema(
        operation_id="milestones_add",
        request=program_serializers.AddMilestoneRequest,
        responses={201: MilestoneSerializer},
    )
    def post(self, request: Request) -> Response:
        """Create a milestone of a program. For directors and admins."""
        body = self.body(program_serializers.AddMilestoneRequest)
        milestone = milestones.add_milestone(program_id=body.pop("program"), **body)
        return _shown(milestone.pk, 201)


class MilestoneDetail(ApiView):
    permissions = {"GET": Principal.USER, "PATCH": Permission.CONTENT_MANAGE}

    @extend_schema(operation_id="milestones_read", responses=MilestoneSerializer)
    def get(self, request: Request, milestone_id: int) -> Response:
        """One milestone with its courses and missions, retired or not."""
        return _shown(milestone_id)

    @extend_schema(
        operation_id="milestones_update",
        request=program_serializers.UpdateMilestoneRequest,
        responses=MilestoneSerializer,
    )
    def patch(self, request: Request, milestone_id: int) -> Response:
        """Change a milestone, or which courses and missions of the program stand in it.

        For directors and admins. `items` replaces the whole list. Versions stay as they are.
        """
        changes = self.body(program_serializers.UpdateMilestoneRequest, partial=True)
        milestones.update_milestone(milestone_id=milestone_id, **changes)
        return _shown(milestone_id)


class RetireMilestone(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}

    @extend_schema(operation_id="milestones_retire", request=None, responses=MilestoneSerializer)
    def post(self, request: Request, milestone_id: int) -> Response:
        """Leave a milestone and its items out of the next version. For directors and admins."""
        milestones.retire_milestone(milestone_id=milestone_id)
        return _shown(milestone_id)


class RestoreMilestone(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}

    @extend_schema(operation_id="milestones_restore", request=None, responses=MilestoneSerializer)
    def post(self, request: Request, milestone_id: int) -> Response:
        """Undo the retirement of a milestone. For directors and admins."""
        milestones.restore_milestone(milestone_id=milestone_id)
        return _shown(milestone_id)


def _shown(milestone_id: int, status: int = 200) -> Response:
    return Response(MilestoneSerializer(selectors.milestone(milestone_id)).data, status)
