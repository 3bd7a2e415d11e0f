"""Which organizations a caller may see: staff all of them, a member their own."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from core.access.selectors import members_of, reach_organizations
from core.kit.errors import NotFound
from core.organizations.models import Invitation, Organization
from core.users.models import User
from core.users.selectors import listed_users
from ongoza_contracts.access import Permission


def visible_organizations(caller: User) -> QuerySet[Organization]:
    return Organization.objects.filter(reach_organizations(caller, Permission.ORGANIZATION_READ))


def visible_organization(caller: User, organization_id: int) -> Organization:
    """Raises NotFound."""
    return organization_within(caller, Permission.ORGANIZATION_READ, organization_id)


def organization_within(caller: User, permission: Permission, organization_id: int) -> Organization:
    """Raises NotFound alike for one that does not exist and one the permission does not reach."""
    rows = Organization.objects.filter(reach_organizations(caller, permission))
    organization = rows.filter(pk=organization_id).first()
    if organization is None:
        raise NotFound
    return organization


def members(caller: User, organization: Organization, *, contact_in_scope: bool) -> QuerySet[User]:
    """Like `listed_users`, the members of an organization, each with `held`, their active
    memberships there."""
    held = members_of(organization.id)
    listed = listed_users(caller, contact_in_scope=contact_in_scope)
    rows = listed.filter(pk__in=held.values("user_id"))
    return rows.prefetch_related(Prefetch("memberships", queryset=held, to_attr="held"))


def open_invitation(organization: Organization, invitation_id: UUID) -> Invitation:
    """Raises NotFound."""
    rows = organization.invitations.filter(status=Invitation.Status.OPEN)
    invitation = rows.filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFound
    return invitation
