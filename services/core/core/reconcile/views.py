from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.errors import NotFound
from core.kit.pagination import positive_int_param
from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.reconcile import selectors, services
from core.reconcile.serializers import (
    OutboxStateSerializer,
    RepublishedSerializer,
    RepublishRequest,
    VersionPageSerializer,
    VersionSerializer,
)
from ongoza_contracts.http.reconcile import PAGE_MAX


class Versions(ApiView):
    permissions = {"GET": Principal.SERVICE}
    query_parameters = ("after", "limit")

    @extend_schema(
        operation_id="versions_list",
        parameters=[OpenApiParameter("after", str), OpenApiParameter("limit", int)],
        responses=VersionPageSerializer,
    )
    def get(self, request: Request, kind: str) -> Response:
        """Key and version of every entity of a kind, in order. For internal services."""
        limit = positive_int_param(request, "limit", default=PAGE_MAX, most=PAGE_MAX)
        found = selectors.after_cursor(kind, request.query_params.get("after"), limit)
        results = [{"key": key, "version": version} for key, version in found.versions]
        page = {"results": results, "next_after": found.next_after}
        return Response(VersionPageSerializer(page).data)


class VersionDetail(ApiView):
    has_optional_body = True
    permissions = {"GET": Principal.SERVICE, "POST": Principal.SERVICE}

    @extend_schema(operation_id="versions_read", responses=VersionSerializer)
    def get(self, request: Request, kind: str, key: str) -> Response:
        """The version of one entity. For internal services."""
        row = selectors.filter_by_key(kind, key).first()
        if row is None:
            raise NotFound
        return Response({"key": key, "version": row.version})

    @extend_schema(
        operation_id="versions_republish",
        request=RepublishRequest,
        responses={200: VersionSerializer},
    )
    def post(self, request: Request, kind: str, key: str) -> Response:
        """Publish the entity's present state again: without a body under its present version, with
        one under a higher version than `above`. For our own services."""
        version = services.republish(kind=kind, key=key, above=_above(self))
        return Response({"key": key, "version": version})


class UserRepublish(ApiView):
    has_optional_body = True
    permissions = {"POST": Principal.SERVICE}

    @extend_schema(
        operation_id="users_republish",
        request=RepublishRequest,
        responses={200: RepublishedSerializer},
    )
    def post(self, request: Request, user_id: int) -> Response:
        """Publish a user again, with all they own and all that names them. For internal
        services."""
        facts = services.republish_user(user_id=user_id, above=_above(self))
        return Response({"facts": facts})


class Outbox(ApiView):
    permissions = {"GET": Principal.SERVICE}

    @extend_schema(operation_id="outbox_read", responses=OutboxStateSerializer)
    def get(self, request: Request, kind: str) -> Response:
        """The records of a kind that are not sent yet. For internal services."""
        return Response(selectors.waiting_ids(kind))


def _above(view: ApiView) -> int | None:
    """None for a request without body."""
    if view.request.stream is None:
        return None
    above: int = view.body(RepublishRequest)["above"]
    return above
