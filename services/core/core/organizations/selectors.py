"""Which organizations a caller may see: staff all of them, a member their own."""

from django.db.models import QuerySet

from core.kit.errors import NotFound
from core.kit.permissions import SEES_EVERY_LEARNER
from core.organizations.models import Organization
from core.users.models import User


def visible_organizations(caller: User) -> QuerySet[Organization]:
    if caller.role in SEES_EVERY_LEARNER:
        return Organization.objects.all()
    return Organization.objects.filter(members=caller)


def visible_organization(caller: User, organization_id: int) -> Organization:
    """Raises NotFound."""
    organization = visible_organizations(caller).filter(pk=organization_id).first()
    if organization is None:
        raise NotFound
    return organization
