"""Routes of cohorts, their pools, codes and announcements."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.cohorts import announcements, codes, selectors, services
from core.cohorts.serializers import (
    AddCodeRequest,
    AddCohortRequest,
    AnnouncementSerializer,
    AnnounceRequest,
    CodeSerializer,
    CohortSeatsSerializer,
    CohortSerializer,
    MoveCohortRequest,
    SetPoolsRequest,
    UpdateCohortRequest,
)
from core.cohorts.vacancies import Vacancies
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from ongoza_contracts.access import Permission
from ongoza_contracts.cohorts import CohortState


class Cohorts(ApiView):
    permissions = {"GET": Principal.USER, "POST": Permission.COHORT_MANAGE}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "state")

    @extend_schema(
        operation_id="cohorts_list",
        parameters=[OpenApiParameter("state", str, enum=list(CohortState)), *PAGE],
        responses=page_of(CohortSerializer),
    )
    def get(self, request: Request) -> Response:
        """The cohorts that the caller manages or has an enrolment in, and, drafts excepted, those
        of the caller's organizations and public ones."""
        rows = selectors.visible_cohorts(self.caller)
        rows = rows.select_related("program_version__program").prefetch_related("pools", "prices")
        if state := enum_param(request, "state", CohortState):
            rows = rows.filter(state=state)
        return self.page(rows, CohortSerializer)

    @extend_schema(
        operation_id="cohorts_add", request=AddCohortRequest, responses={201: CohortSerializer}
    )
    def post(self, request: Request) -> Response:
        """Create a cohort, a draft without seats. For admins, and for directors of its
        organization; 404 for another."""
        cohort = services.add_cohort(caller=self.caller, **self.body(AddCohortRequest))
        return self.one(cohort, CohortSerializer, 201)


class CohortDetail(ApiView):
    permissions = {"GET": Principal.USER, "PATCH": Permission.COHORT_MANAGE}
    if_match_methods = ("PATCH",)
    etag_methods = ("GET", "PATCH")

    @extend_schema(operation_id="cohorts_read", responses=CohortSerializer)
    def get(self, request: Request, cohort_id: UUID) -> Response:
        """One cohort that `GET /cohorts/` lists; else 404."""
        return self.one(selectors.visible_cohort(self.caller, cohort_id), CohortSerializer)

    @extend_schema(
        operation_id="cohorts_update", request=UpdateCohortRequest, responses=CohortSerializer
    )
    def patch(self, request: Request, cohort_id: UUID) -> Response:
        """Change a cohort. For who manages it. Enrolments keep the version of the program that
        they began with."""
        changes = self.body(UpdateCohortRequest, partial=True)
        cohort = services.update_cohort(
            caller=self.caller, cohort_id=cohort_id, if_match=self.if_match, **changes
        )
        return self.one(cohort, CohortSerializer)


class CohortTransitions(ApiView):
    permissions = {"POST": Permission.COHORT_MANAGE}
    etag_methods = ("POST",)

    @extend_schema(
        operation_id="cohorts_move",
        request=MoveCohortRequest,
        responses=CohortSerializer,
    )
    def post(self, request: Request, cohort_id: UUID) -> Response:
        """Open a draft, start an open cohort, close it, or reopen a closed one.

        For who manages it. While it is open or running, free seats are offered. 409
        `illegal_transition`, and `no_pools` for a cohort without seats.
        """
        body = self.body(MoveCohortRequest)
        cohort = services.move_cohort(caller=self.caller, cohort_id=cohort_id, **body)
        return self.one(cohort, CohortSerializer)


class Pools(ApiView):
    permissions = {"GET": Principal.USER, "PUT": Permission.COHORT_MANAGE}
    if_match_methods = ("PUT",)
    etag_methods = ("PUT",)

    @extend_schema(operation_id="cohorts_list_pools", responses=CohortSeatsSerializer)
    def get(self, request: Request, cohort_id: UUID) -> Response:
        """The seat pools of a cohort with their free seats. 404 for sponsors of its organization,
        who could subtract those: `GET /sponsor/seats/` has their numbers."""
        cohort = selectors.cohort_with_seats(self.caller, cohort_id)
        return Response(CohortSeatsSerializer(Vacancies(cohort)).data)

    @extend_schema(
        operation_id="cohorts_set_pools", request=SetPoolsRequest, responses=CohortSerializer
    )
    def put(self, request: Request, cohort_id: UUID) -> Response:
        """Replace the seat pools of a cohort. For who manages it. Seats that are added are offered
        at once. With `prices` the seats of the pool `paid` are paid through the gateways.

        409 `seats_taken` for a pool that would be smaller than its taken seats, `no_price` for an
        amount that a gateway cannot take.
        """
        cohort = services.set_pools(
            caller=self.caller,
            cohort_id=cohort_id,
            if_match=self.if_match,
            **self.body(SetPoolsRequest),
        )
        return self.one(cohort, CohortSerializer)


class Announcements(ApiView):
    permissions = {"GET": Principal.USER, "POST": Permission.COHORT_MANAGE}
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="cohorts_list_announcements",
        parameters=PAGE,
        responses=page_of(AnnouncementSerializer),
    )
    def get(self, request: Request, cohort_id: UUID) -> Response:
        """The announcements of a cohort, newest first: for its learners whose enrolment is active,
        suspended or completed, and who manages it; else 404."""
        rows = selectors.announcements(self.caller, cohort_id)
        return self.page(rows, AnnouncementSerializer)

    @extend_schema(
        operation_id="cohorts_announce",
        request=AnnounceRequest,
        responses={201: AnnouncementSerializer},
    )
    def post(self, request: Request, cohort_id: UUID) -> Response:
        """Announce something to the learners of a cohort, who are notified. For who manages it."""
        row = announcements.announce(
            caller=self.caller, cohort_id=cohort_id, **self.body(AnnounceRequest)
        )
        return Response(AnnouncementSerializer(row).data, 201)


class Codes(ApiView):
    permissions = {"GET": Permission.COHORT_MANAGE, "POST": Permission.COHORT_MANAGE}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(operation_id="codes_list", parameters=PAGE, responses=page_of(CodeSerializer))
    def get(self, request: Request) -> Response:
        """The codes of the cohorts that the caller manages, oldest first."""
        return self.page(selectors.codes(self.caller).prefetch_related("prices"), CodeSerializer)

    @extend_schema(
        operation_id="codes_add", request=AddCodeRequest, responses={201: CodeSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make a code that gives `max_uses` learners the right to a seat of a pool until `ends_at`.

        For who manages the cohort. A code adds no seats. It may lower the price: 400
        `price_not_lower`, 409 `no_price` for an amount that a gateway cannot take.
        """
        code = codes.add_code(caller=self.caller, **self.body(AddCodeRequest))
        return Response(CodeSerializer(code).data, 201)


class EndCode(ApiView):
    permissions = {"POST": Permission.COHORT_MANAGE}

    @extend_schema(operation_id="codes_end", request=None, responses=CodeSerializer)
    def post(self, request: Request, code_id: UUID) -> Response:
        """End a code, for instance one that became known. Who used it keeps their right."""
        code = codes.end_code(caller=self.caller, code_id=code_id)
        return Response(CodeSerializer(code).data)
