from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.jobs import selectors, services
from core.jobs.models import JobState
from core.jobs.serializers import JobSerializer
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from ongoza_contracts.access import Permission

FILTERS = [
    OpenApiParameter("kind", str, description="For instance `retention.purge`."),
    OpenApiParameter("state", str, enum=list(JobState)),
]


class JobList(ApiView):
    permissions = {"GET": Permission.OPERATIONS_MANAGE}
    query_parameters = (*PAGE_PARAMETERS, "kind", "state")

    @extend_schema(
        operation_id="jobs_list", parameters=[*FILTERS, *PAGE], responses=page_of(JobSerializer)
    )
    def get(self, request: Request) -> Response:
        """Background jobs, the newest first: admins alone."""
        kind, state = request.query_params.get("kind"), enum_param(request, "state", JobState)
        return self.page(selectors.jobs(kind=kind, state=state), JobSerializer)


class JobRetry(ApiView):
    permissions = {"POST": Permission.OPERATIONS_MANAGE}

    @extend_schema(operation_id="jobs_retry", request=None, responses=JobSerializer)
    def post(self, request: Request, job_id: int) -> Response:
        """Make a failed or waiting job due now, with all its attempts again: admins alone.

        409 if it is done or running, or if another job of its kind and key is open.
        """
        return Response(JobSerializer(services.retry(job_id)).data)
