from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import selectors, services
from core.access.serializers import GrantRequest, MembershipSerializer
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import user_id_param
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from ongoza_contracts.access import Permission

USER = OpenApiParameter(
    "user", int, description="Id of the user; by default every user whom the caller may read."
)


class Memberships(ApiView):
    permissions = {"GET": Permission.MEMBERSHIP_READ, "POST": Permission.MEMBERSHIP_MANAGE}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "user")

    @extend_schema(
        operation_id="memberships_list",
        parameters=[USER, *PAGE],
        responses=page_of(MembershipSerializer),
    )
    def get(self, request: Request) -> Response:
        """Active memberships: the caller's own, those for the caller as learner, and those in the
        organizations that the caller manages."""
        rows = selectors.visible_memberships(self.caller)
        if "user" in request.query_params:
            rows = rows.filter(user_id=user_id_param(request, self.caller.id))
        return self.page(rows, MembershipSerializer)

    @extend_schema(
        operation_id="memberships_grant",
        request=GrantRequest,
        responses={200: MembershipSerializer, 201: MembershipSerializer},
    )
    def post(self, request: Request) -> Response:
        """Grant a role to a user: 201, or 200 if they have it in this scope already.

        For admins, and for directors within their organization except for roles that manage
        memberships. 404 for a user or scope beyond that.
        """
        granted = services.grant(granted_by=self.caller, **self.body(GrantRequest))
        status = 201 if granted.is_new else 200
        return self.one(granted.membership, MembershipSerializer, status)


class MembershipDetail(ApiView):
    permissions = {"DELETE": Permission.MEMBERSHIP_MANAGE}
    if_match_methods = ("DELETE",)

    @extend_schema(operation_id="memberships_revoke", responses={204: None})
    def delete(self, request: Request, membership_id: UUID) -> Response:
        """Revoke a membership at once. 409 `main_membership` for the one that follows from the
        user's main role, `still_enrolled` for the one that an enrolment in the cohort gives."""
        services.revoke(membership_id=membership_id, revoked_by=self.caller, if_match=self.if_match)
        return Response(status=204)
