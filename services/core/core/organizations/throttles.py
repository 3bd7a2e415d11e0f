"""Rate limit of invitations."""

from typing import cast

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from core.access.selectors import reach_organizations
from core.organizations.models import Organization
from core.users.models import User
from ongoza_contracts.access import Permission


class InvitationThrottle(SimpleRateThrottle):
    """How many invitations go out in the name of one organization, whoever sends them."""

    scope = "invitations"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """Not counted for callers who do not manage the organization: they get a 404."""
        organization_id = view.kwargs["organization_id"]
        caller = cast(User, request.user)
        managed = reach_organizations(caller, Permission.MEMBERSHIP_MANAGE)
        if not Organization.objects.filter(managed, pk=organization_id).exists():
            return None
        return self.cache_format % {"scope": self.scope, "ident": organization_id}
