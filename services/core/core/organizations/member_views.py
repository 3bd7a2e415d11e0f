"""Routes of an organization's members and of invitations."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from core.access.permissions import is_in_scope
from core.access.serializers import MembershipSerializer
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.serializers import StrictSerializer
from core.kit.views import ApiView
from core.organizations import invitations, selectors, services
from core.organizations.invitation_serializers import (
    AcceptInvitationRequest,
    InvitationSerializer,
    InviteRequest,
    MemberSerializer,
)
from core.organizations.models import Invitation, Organization
from core.organizations.throttles import InvitationThrottle, ResendThrottle
from core.users.authentication import TokenAuthentication
from core.users.base_views import AccountView, LogInView, device_of
from core.users.models import User
from core.users.rendering import signed_in_body
from core.users.serializers import Challenge, SignedIn
from ongoza_contracts.access import Permission

STATUS = OpenApiParameter("status", str, enum=Invitation.Status.values)


class Members(ApiView):
    permissions = {"GET": Permission.USER_LIST}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="organizations_members", parameters=PAGE, responses=page_of(MemberSerializer)
    )
    def get(self, request: Request, organization_id: int) -> Response:
        """Who has which role in an organization: for admins and its directors; else 404.

        `email` is null for callers without the permission `learner.contact.read` on the user, and
        for a token whose scope does not allow it.
        """
        organization = selectors.organization_within(
            self.caller, Permission.USER_LIST, organization_id
        )
        in_scope = is_in_scope(request, Permission.LEARNER_CONTACT_READ)
        rows = selectors.members(self.caller, organization, contact_in_scope=in_scope)
        return self.page(rows, MemberSerializer)


class _ManagerView(ApiView):
    def managed(self, organization_id: int) -> Organization:
        """Raises NotFound."""
        return selectors.organization_within(
            self.caller, Permission.MEMBERSHIP_MANAGE, organization_id
        )


class MemberDetail(_ManagerView):
    permissions = {"DELETE": Permission.MEMBERSHIP_MANAGE}

    @extend_schema(operation_id="organizations_remove_member", responses={204: None})
    def delete(self, request: Request, organization_id: int, user_id: int) -> Response:
        """End all that a user holds in an organization and for its learners. The user's main role
        stays, without the organization. 409 `still_enrolled` while an enrolment in a cohort of
        the organization has not ended."""
        organization = self.managed(organization_id)
        services.remove_member(organization=organization, user_id=user_id, removed_by=self.caller)
        return Response(status=204)


class Invitations(_ManagerView):
    permissions = {
        "GET": Permission.MEMBERSHIP_MANAGE,
        "POST": Permission.MEMBERSHIP_MANAGE,
    }
    query_parameters = (*PAGE_PARAMETERS, "status")

    def get_throttles(self) -> list[BaseThrottle]:
        return [InvitationThrottle()] if self.request.method == "POST" else []

    @extend_schema(
        operation_id="invitations_list",
        parameters=[STATUS, *PAGE],
        responses=page_of(InvitationSerializer),
    )
    def get(self, request: Request, organization_id: int) -> Response:
        """The invitations of an organization, newest first; ended ones for 30 days."""
        rows = Invitation.objects.filter(organization=self.managed(organization_id))
        if status := enum_param(request, "status", Invitation.Status):
            rows = rows.filter(status=status)
        return self.page(rows, InvitationSerializer)

    @extend_schema(
        operation_id="invitations_send",
        request=InviteRequest,
        responses={200: InvitationSerializer, 201: InvitationSerializer},
    )
    def post(self, request: Request, organization_id: int) -> Response:
        """Invite an address by mail: 201, or 200 when its open invitation is renewed, by which the
        link in the former mail ends. Directors cannot invite directors. 409 for a member."""
        invited = invitations.invite(
            organization=self.managed(organization_id),
            invited_by=self.caller,
            **self.body(InviteRequest),
        )
        status = 201 if invited.is_new else 200
        return Response(InvitationSerializer(invited.invitation).data, status)


class InvitationDetail(_ManagerView):
    permissions = {"DELETE": Permission.MEMBERSHIP_MANAGE}

    @extend_schema(operation_id="invitations_revoke", responses={204: None})
    def delete(self, request: Request, organization_id: int, invitation_id: UUID) -> Response:
        """End an open invitation at once."""
        organization = self.managed(organization_id)
        invitation = selectors.open_invitation(organization, invitation_id)
        invitations.revoke(invitation=invitation, revoked_by=self.caller)
        return Response(status=204)


class InvitationResend(_ManagerView):
    permissions = {"POST": Permission.MEMBERSHIP_MANAGE}
    throttle_classes = (InvitationThrottle, ResendThrottle)

    @extend_schema(operation_id="invitations_resend", request=None, responses=InvitationSerializer)
    def post(self, request: Request, organization_id: int, invitation_id: UUID) -> Response:
        """Mail the link of an open invitation again: a new one, which makes the former void. 409
        for a member."""
        organization = self.managed(organization_id)
        invitation = selectors.open_invitation(organization, invitation_id)
        resent = invitations.resend(invitation=invitation, resent_by=self.caller)
        return Response(InvitationSerializer(resent).data)


class AcceptInvitation(AccountView, LogInView):
    authentication_classes = (TokenAuthentication,)  # type: ignore[assignment]
    gives_ids = True
    permissions = {"POST": Principal.ANYONE}

    @extend_schema(
        operation_id="invitations_accept",
        request=AcceptInvitationRequest,
        responses={200: MembershipSerializer, 201: SignedIn, 401: Challenge},
    )
    def post(self, request: Request, token: str) -> Response:
        """Accept an invitation by the token in its mail.

        Signed in, with the invited address and without a body: 200 and the membership. Without an
        account: 201, a new account that is signed in, or 401 with a `challenge` for a role that
        needs a second factor. 404 for a token that has ended.
        """
        if isinstance(request.user, User):
            return self._accept(token, request.user)
        body = self.body(AcceptInvitationRequest)
        signed_in = invitations.sign_up(token=token, device=device_of(request), **body)
        return Response(signed_in_body(signed_in), 201)

    def _accept(self, token: str, user: User) -> Response:
        if self.request.stream is not None:
            self.body(StrictSerializer)
        membership = invitations.accept(token=token, user=user)
        return Response(MembershipSerializer(membership).data)
