from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.list_views import selectors, services
from core.list_views.serializers import (
    DismissalSerializer,
    DismissRequest,
    ListViewsRequest,
    StoredListViewsSerializer,
)
from core.users.base_views import ConsentedView
from ongoza_contracts.list_views import DismissalKind

KIND = OpenApiParameter("kind", str, enum=list(DismissalKind))


class ListViews(ConsentedView):
    permissions = {"POST": Principal.USER}

    @extend_schema(
        operation_id="list_views_record",
        request=ListViewsRequest,
        responses=StoredListViewsSerializer,
    )
    def post(self, request: Request) -> Response:
        """Report lists that were shown to the caller, at most 20 at once. A list that is reported
        again under its `view_id` keeps its items, and what was opened is added. The first 500 lists
        of a learner are stored."""
        stored = services.record_list_views(user=self.caller, **self.body(ListViewsRequest))
        return Response({"stored": stored})


class Dismissals(ApiView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "kind")

    @extend_schema(
        operation_id="dismissals_list",
        parameters=[KIND, *PAGE],
        responses=page_of(DismissalSerializer),
    )
    def get(self, request: Request) -> Response:
        """What the caller dismissed and did not take back."""
        kind = enum_param(request, "kind", DismissalKind)
        return self.page(selectors.dismissals_of(self.caller, kind), DismissalSerializer)

    @extend_schema(
        operation_id="dismissals_dismiss",
        request=DismissRequest,
        responses={200: DismissalSerializer, 201: DismissalSerializer},
    )
    def post(self, request: Request) -> Response:
        """Dismiss an advice, a nudge or a recommendation: 201 if new, else 200. ai leaves it out
        from then on."""
        row, created = services.dismiss(user=self.caller, **self.body(DismissRequest))
        return Response(DismissalSerializer(row).data, 201 if created else 200)


class DismissalDetail(ApiView):
    permissions = {"DELETE": Principal.USER}

    @extend_schema(operation_id="dismissals_take_back", responses={204: None})
    def delete(self, request: Request, dismissal_kind: str, target: str) -> Response:
        """Take one of the caller's dismissals back; 404 if there is none."""
        services.take_back(user=self.caller, kind=dismissal_kind, target=target)
        return Response(status=204)
