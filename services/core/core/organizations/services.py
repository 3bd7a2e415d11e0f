"""Everything that changes organizations. They have no facts: users hold their organization's id."""

from typing import Any

from django.db import IntegrityError, transaction

from core.kit.errors import Conflict, NotFound
from core.organizations.models import Organization


class NameTaken(Conflict):
    code = "name_taken"
    detail = "There is an organization of this name already."


def add_organization(*, name: str, kind: str) -> Organization:
    """Raises NameTaken."""
    return _saved(Organization(name=name, kind=kind))


@transaction.atomic
def update_organization(*, organization_id: int, **changes: Any) -> Organization:
    """Raises NotFound and NameTaken."""
    rows = Organization.objects.select_for_update()
    organization = rows.filter(pk=organization_id).first()
    if organization is None:
        raise NotFound
    for name, value in changes.items():
        setattr(organization, name, value)
    return _saved(organization)


def _saved(organization: Organization) -> Organization:
    try:
        with transaction.atomic():
            organization.save()
    except IntegrityError:
        raise NameTaken from None
    return organization
