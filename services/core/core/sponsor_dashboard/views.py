from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import uuid_param
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.sponsor_dashboard import selectors
from core.sponsor_dashboard.serializers import SponsoredSeatsSerializer, SponsorOverviewSerializer
from ongoza_contracts.access import Permission

COHORT = OpenApiParameter("cohort", str, description="The pools of one cohort instead of all.")


class SponsorOverview(ApiView):
    permissions = {"GET": Permission.SPONSORSHIP_READ}

    @extend_schema(operation_id="sponsor_overview", responses=SponsorOverviewSerializer)
    def get(self, request: Request) -> Response:
        """Of each organization that the caller sponsors: seats and what became of them, and the
        caller's invoices. Groups under five are hidden. docs/numbers.md defines each number."""
        return Response(SponsorOverviewSerializer(selectors.overview_of(self.caller)).data)


class SponsorSeats(ApiView):
    permissions = {"GET": Permission.SPONSORSHIP_READ}
    query_parameters = (*PAGE_PARAMETERS, "cohort")

    @extend_schema(
        operation_id="sponsor_list_seats",
        parameters=[COHORT, *PAGE],
        responses=page_of(SponsoredSeatsSerializer),
    )
    def get(self, request: Request) -> Response:
        """The pools of seats in cohorts of the organizations that the caller sponsors, and the
        learners who consented to be named. Groups under five are hidden."""
        rows = selectors.sponsored_pools(self.caller, uuid_param(request, "cohort"))
        return self.page(rows.select_related("cohort"), SponsoredSeatsSerializer)
