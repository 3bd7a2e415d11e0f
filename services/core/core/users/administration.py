"""How admins manage the accounts of other people."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from core.jobs.services import schedule
from core.kit.errors import Conflict
from core.users import services
from core.users.models import User
from ongoza_contracts.vocabulary import Role


class OwnAccount(Conflict):
    code = "own_account"
    detail = "You would lock yourself out: ask another admin to change your account."


class LastAdmin(Conflict):
    code = "last_admin"
    detail = "This is the last active admin: make somebody else an admin first."


@transaction.atomic
def create_user(*, email: str, role: Role, **more: Any) -> User:
    """A user without a password, who gets a mail with a link to set one, and is asked for the year
    of birth. Raises EmailTaken."""
    user = services.add_user_without_birth_year(email=email, role=role, **more)
    schedule("users.invite", user_id=user.id)
    return user


@transaction.atomic
def change_user(*, user_id: int, changed_by: User, **changes: Any) -> User:
    """Set fields of another user, or of one's own that leave one an admin.

    Raises NotFound, OwnAccount, and LastAdmin, so that somebody can always sign in as an admin.
    """
    if changes.get("role", Role.ADMIN) != Role.ADMIN or not changes.get("is_active", True):
        if user_id == changed_by.pk and changed_by.is_staff:
            raise OwnAccount
        require_another_admin(user_id)
    return services.update_user(user_id=user_id, **changes)


def require_another_admin(user_id: int) -> None:
    """Raises LastAdmin if the user is the only active admin.

    Locks the user and all admins in the order of their ids until the transaction ends, so that two
    admins who are changed or erased at the same time leave one.
    """
    concerned = Q(pk=user_id) | Q(role=Role.ADMIN, is_active=True)
    rows = User.objects.filter(concerned).select_for_update(no_key=True).order_by("pk")
    if {one.pk for one in rows if one.is_staff} == {user_id}:
        raise LastAdmin
