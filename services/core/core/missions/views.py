from enum import StrEnum
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS, positive_int_param
from core.kit.parameters import enum_param, text_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.missions import selectors, serializers, services
from core.missions.serializers import (
    MissionDetailSerializer,
    MissionSerializer,
    RubricSerializer,
)
from ongoza_contracts.access import Permission
from ongoza_contracts.missions import MissionState, MissionType
from ongoza_contracts.vocabulary import ID_MAX, Track

SEARCH_MAX_LENGTH, COMPETENCY_MAX_LENGTH = 100, 97


class MissionOrder(StrEnum):
    """The orders of the list; `-` is descending."""

    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"
    TITLE = "title"
    TITLE_DESCENDING = "-title"
    DIFFICULTY = "difficulty"
    DIFFICULTY_DESCENDING = "-difficulty"


FILTERS = [
    OpenApiParameter(
        "q", str, description="Words that code, title or description contain, all of them."
    ),
    OpenApiParameter("ordering", str, enum=list(MissionOrder), description="By age unless given."),
    OpenApiParameter("mission_type", str, enum=list(MissionType)),
    OpenApiParameter("track", str, enum=list(Track)),
    OpenApiParameter("difficulty", int),
    OpenApiParameter("competency", str, description="Missions that teach it: `framework:code`."),
    OpenApiParameter(
        "state",
        str,
        enum=list(MissionState),
        description="Learners see none but published missions; without it, retired ones are left "
        "out.",
    ),
]


class Missions(ApiView):
    permissions = {"GET": Principal.USER, "POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, *(one.name for one in FILTERS))

    @extend_schema(
        operation_id="missions_list",
        parameters=[*FILTERS, *PAGE],
        responses=page_of(MissionSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the missions on offer; for directors and admins drafts too."""
        rows = selectors.listed_missions(self.caller, enum_param(request, "state", MissionState))
        if mission_type := enum_param(request, "mission_type", MissionType):
            rows = rows.filter(mission_type=mission_type)
        if track := enum_param(request, "track", Track):
            rows = rows.filter(track=track)
        if "difficulty" in request.query_params:
            level = positive_int_param(request, "difficulty", default=1, most=5)
            rows = rows.filter(difficulty=level)
        if "competency" in request.query_params:
            named = text_param(request, "competency", most=COMPETENCY_MAX_LENGTH)
            rows = rows.filter(competencies__contains=[named])
        if "q" in request.query_params:
            words = text_param(request, "q", most=SEARCH_MAX_LENGTH).split()
            rows = selectors.containing(rows, words)
        if ordering := enum_param(request, "ordering", MissionOrder):
            rows = rows.order_by(ordering.value, "pk")
        return self.page(rows, MissionSerializer)

    @extend_schema(
        operation_id="missions_draft",
        request=serializers.DraftMissionRequest,
        responses={201: MissionDetailSerializer},
    )
    def post(self, request: Request) -> Response:
        """Draft a mission; `title` is enough. Learners see it once it is published.

        For directors and admins. 409 `mission_exists`, `program_fixed` or `code_taken`.
        """
        mission = services.draft_mission(**self.body(serializers.DraftMissionRequest))
        return self.one(mission, MissionDetailSerializer, 201)


class MissionDetail(ApiView):
    permissions = {"GET": Principal.USER, "PATCH": Permission.CONTENT_MANAGE}
    etag_methods = ("GET", "PATCH")
    if_match_methods = ("PATCH",)

    @extend_schema(operation_id="missions_read", responses=MissionDetailSerializer)
    def get(self, request: Request, mission_id: UUID) -> Response:
        """One mission, retired or not; a draft for directors and admins, else 404."""
        return self.one(selectors.visible_mission(self.caller, mission_id), MissionDetailSerializer)

    @extend_schema(
        operation_id="missions_update",
        request=serializers.UpdateMissionRequest,
        responses=MissionDetailSerializer,
    )
    def patch(self, request: Request, mission_id: UUID) -> Response:
        """Change a mission that is not retired; the item of a published one follows.

        For directors and admins. 409 `mission_retired`, `mission_incomplete`, `program_fixed` or
        `code_taken`.
        """
        changes = self.body(serializers.UpdateMissionRequest, partial=True)
        mission = services.change_mission(mission_id=mission_id, if_match=self.if_match, **changes)
        return self.one(mission, MissionDetailSerializer)


class PublishMission(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)
    if_match_methods = ("POST",)

    @extend_schema(operation_id="missions_publish", request=None, responses=MissionDetailSerializer)
    def post(self, request: Request, mission_id: UUID) -> Response:
        """Publish a draft: its item is added to the catalogue, or changed if it has one already,
        and is completed by review.

        For directors and admins. 409 `mission_incomplete` says what is missing.
        """
        mission = services.publish_mission(mission_id=mission_id, if_match=self.if_match)
        return self.one(mission, MissionDetailSerializer)


class RetireMission(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)

    @extend_schema(operation_id="missions_retire", request=None, responses=MissionDetailSerializer)
    def post(self, request: Request, mission_id: UUID) -> Response:
        """Retire a published mission and its item: they are no longer offered. For directors and
        admins."""
        return self.one(services.retire_mission(mission_id=mission_id), MissionDetailSerializer)


class RestoreMission(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}
    etag_methods = ("POST",)

    @extend_schema(operation_id="missions_restore", request=None, responses=MissionDetailSerializer)
    def post(self, request: Request, mission_id: UUID) -> Response:
        """Offer a retired mission and its item again. For directors and admins."""
        return self.one(services.restore_mission(mission_id=mission_id), MissionDetailSerializer)


class MissionRubric(ApiView):
    permissions = {"GET": Principal.USER, "PUT": Permission.CONTENT_MANAGE}
    etag_methods = ("PUT",)
    if_match_methods = ("PUT",)
    query_parameters = ("version",)

    @extend_schema(
        operation_id="missions_read_rubric",
        parameters=[OpenApiParameter("version", int, description="The newest by default.")],
        responses=RubricSerializer,
    )
    def get(self, request: Request, mission_id: UUID) -> Response:
        """The criteria by which work is reviewed, in one version; 404 for a mission without any."""
        mission = selectors.visible_mission(self.caller, mission_id)
        version = positive_int_param(
            request, "version", default=mission.rubric_version, most=ID_MAX
        )
        return Response(RubricSerializer(selectors.rubric(mission, version)).data)

    @extend_schema(
        operation_id="missions_set_rubric",
        request=serializers.SetRubricRequest,
        responses=MissionDetailSerializer,
    )
    def put(self, request: Request, mission_id: UUID) -> Response:
        """Publish the next version of the rubric, by which work that is handed in from now on is
        reviewed. Earlier versions stay.

        For directors and admins. 409 `mission_retired`.
        """
        body = self.body(serializers.SetRubricRequest)
        mission = services.set_rubric(mission_id=mission_id, if_match=self.if_match, **body)
        return self.one(mission, MissionDetailSerializer)
