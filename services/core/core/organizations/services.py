"""Everything that changes organizations. They have no facts: users hold their organization's id."""

from typing import Any

from django.db import IntegrityError, transaction

from core.kit.errors import Conflict, NotFound
from core.kit.etags import IfMatch
from core.organizations.models import Organization


class NameTaken(Conflict):
    code = "name_taken"
    detail = "There is an organization of this name already."


def add_organization(*, name: str, kind: str) -> Organization:
    """Raises NameTaken."""
    return _saved(Organization(name=name, kind=kind))


@transaction.atomic
def update_organization(
    *, organization_id: int, if_match: IfMatch | None = None, **changes: Any
) -> Organization:
    """Raises NotFound, PreconditionFailed and NameTaken."""
    rows = Organization.objects.select_for_update()
    organization = rows.filter(pk=organization_id).first()
    if organization is None:
        raise NotFound
    if if_match:
        if_match.require(organization)
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
