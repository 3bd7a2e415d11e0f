"""Everything that changes organizations. They have no facts: users hold their organization's id."""

from typing import Any

from django.db import IntegrityError, transaction

from core.access.services import end_in_organization
from core.kit.errors import Conflict, NotFound
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update
from core.organizations.models import Organization
from core.users.models import User
from core.users.services import update_user


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


@transaction.atomic
def remove_member(*, organization: Organization, user_id: int, removed_by: User) -> None:
    """End all that a user holds in the organization; the main role stays, without organization.

    Raises NotFound for somebody who is no member, PermissionDenied for a role that `removed_by` may
    not revoke.
    """
    user = get_for_update(User.objects.filter(pk=user_id))
    end_in_organization(user_id=user_id, organization_id=organization.id, ended_by=removed_by)
    if user.organization_id == organization.id:
        update_user(user_id=user_id, organization=None)


def _saved(organization: Organization) -> Organization:
    try:
        with transaction.atomic():
            organization.save()
    except IntegrityError:
        raise NameTaken from None
    return organization
