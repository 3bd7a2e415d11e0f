"""Which organizations a caller may see: staff all of them, a member their own."""

from django.db.models import QuerySet

from core.access.selectors import reach_organizations
from core.kit.errors import NotFound
from core.organizations.models import Organization
from core.users.models import User
from ongoza_contracts.access import Permission


def visible_organizations(caller: User) -> QuerySet[Organization]:
    return Organization.objects.filter(reach_organizations(caller, Permission.ORGANIZATION_READ))


def visible_organization(caller: User, organization_id: int) -> Organization:
    """Raises NotFound."""
    organization = visible_organizations(caller).filter(pk=organization_id).first()
    if organization is None:
        raise NotFound
    return organization
