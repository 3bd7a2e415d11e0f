from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.dashboard.ai_calls import ask_ai
from core.dashboard.selectors import overview_of
from core.dashboard.serializers import StudentOverviewSerializer
from core.kit.permissions import Principal
from core.kit.views import ApiView


class StudentOverview(ApiView):
    private = True
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="student_overview", responses=StudentOverviewSerializer)
    def get(self, request: Request) -> Response:
        """What the caller's home shows: programs, what to do next and why, habits, events, reviews
        with their promised time, and ai's list, profile and behaviour.

        It is whole without ai: `missing` names the parts that are null then, after a second at
        most. Numbers are defined in docs/numbers.md.
        """
        overview = overview_of(self.caller)
        answers = ask_ai(self.caller, request.headers["Authorization"])
        return Response(StudentOverviewSerializer(overview, context={"ai": answers}).data)
