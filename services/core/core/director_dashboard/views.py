from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.director_dashboard import selectors
from core.director_dashboard.risks import RiskRule
from core.director_dashboard.serializers import (
    CohortComparisonSerializer,
    CohortHealthSerializer,
    DirectorOverviewSerializer,
    LearnerAtRiskSerializer,
)
from core.kit import clock
from core.kit.errors import BadParameter
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param, timestamp_param, uuid_param
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from ongoza_contracts.access import Permission

COHORT = OpenApiParameter("cohort", str, description="One of the cohorts instead of all.")
RULE = OpenApiParameter("rule", str, enum=list(RiskRule), description="Learners for whom it holds.")
TIMES = [
    OpenApiParameter("from", str, required=True, description="The earlier time."),
    OpenApiParameter("to", str, required=True, description="The later one, not in the future."),
]


class DirectorOverview(ApiView):
    permissions = {"GET": Permission.COHORT_MANAGE}
    query_parameters = ("cohort",)

    @extend_schema(
        operation_id="director_overview", parameters=[COHORT], responses=DirectorOverviewSerializer
    )
    def get(self, request: Request) -> Response:
        """Of the cohorts that the caller manages: enrolments by state, learners active and at risk,
        the queue of reviews, and sessions that mentors did not record. docs/numbers.md defines each
        number."""
        found = selectors.overview_of(self.caller, uuid_param(request, "cohort"))
        return Response(DirectorOverviewSerializer(found).data)


class DirectorCohorts(ApiView):
    permissions = {"GET": Permission.COHORT_MANAGE}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="director_list_cohorts",
        parameters=PAGE,
        responses=page_of(CohortHealthSerializer),
    )
    def get(self, request: Request) -> Response:
        """The cohorts that the caller manages, each with its seats, enrolments and learners."""
        rows = selectors.cohorts_of(self.caller, None)
        shown = rows.select_related("program_version__program").prefetch_related("pools")
        return self.page(shown, CohortHealthSerializer)


class LearnersAtRisk(ApiView):
    permissions = {"GET": Permission.COHORT_MANAGE}
    query_parameters = (*PAGE_PARAMETERS, "cohort", "rule")

    @extend_schema(
        operation_id="director_list_at_risk",
        parameters=[COHORT, RULE, *PAGE],
        responses=page_of(LearnerAtRiskSerializer),
    )
    def get(self, request: Request) -> Response:
        """Learners with an active enrolment for whom a rule of risk holds: which, since when, and
        what mentors did since."""
        risks = selectors.learners_at_risk(
            self.caller, uuid_param(request, "cohort"), enum_param(request, "rule", RiskRule)
        )
        return self.page(risks.rows, LearnerAtRiskSerializer, {"risks": risks})


class DirectorComparison(ApiView):
    permissions = {"GET": Permission.COHORT_MANAGE}
    query_parameters = ("cohort", "from", "to")

    @extend_schema(
        operation_id="director_compare",
        parameters=[COHORT, *TIMES],
        responses=CohortComparisonSerializer,
    )
    def get(self, request: Request) -> Response:
        """What the history of facts says of two times. Erased people are in neither."""
        now = clock.now()
        earlier, later = timestamp_param(request, "from"), timestamp_param(request, "to")
        if not earlier < later <= now:
            raise BadParameter("from has to be before to, and to not in the future.")
        cohort = uuid_param(request, "cohort")
        first, second = selectors.snapshots_at(self.caller, cohort, (earlier, later))
        found = {"earlier": first, "later": second, "as_of": now}
        return Response(CohortComparisonSerializer(found).data)
