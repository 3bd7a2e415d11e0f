"""Rate limit of invitations."""

from typing import cast

from rest_framework.request import Request

from core.access.selectors import reach_organizations
from core.limits.throttles import RateThrottle
from core.organizations.models import Organization
from core.users.models import User
from ongoza_contracts.access import Permission


class InvitationThrottle(RateThrottle):
    """How many invitations go out in the name of one organization, over all its managers."""

    scope = "invitations"

    def identity(self, request: Request) -> str | None:
        """Not counted for callers who do not manage the organization: they get a 404."""
        organization_id = (request.parser_context or {})["kwargs"]["organization_id"]
        caller = cast(User, request.user)
        managed = reach_organizations(caller, Permission.MEMBERSHIP_MANAGE)
        if not Organization.objects.filter(managed, pk=organization_id).exists():
            return None
        return f"organization {organization_id}"


class ResendThrottle(InvitationThrottle):
    """How often one invitation is mailed again; use with InvitationThrottle."""

    scope = "resend"

    def identity(self, request: Request) -> str | None:
        invitation_id = (request.parser_context or {})["kwargs"]["invitation_id"]
        return super().identity(request) and f"invitation {invitation_id}"
