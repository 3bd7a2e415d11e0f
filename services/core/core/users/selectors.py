"""Reads of users, limited to the caller's reach, and of sign-ins."""

from uuid import UUID

from core.access.selectors import reach, reaches
from core.kit.errors import NotFound
from core.users.models import SignIn, User
from ongoza_contracts.access import Permission


def signed_in_user(user_id: int, sign_in_id: UUID) -> User | None:
    """The active user whose sign-in has not been ended: one query, asked with every request."""
    return User.objects.filter(pk=user_id, is_active=True, sign_ins__id=sign_in_id).first()


def visible_user(caller: User, user_id: int) -> User:
    """Raises NotFound alike for a user who does not exist and one `caller` may not see."""
    if user_id == caller.id:
        return caller
    within = reach(caller, Permission.LEARNER_READ, "pk")
    within |= reach(caller, Permission.MEMBERSHIP_READ, "pk")
    user = User.objects.filter(within, pk=user_id).first()
    if user is None:
        raise NotFound
    return user


def may_read_contact(caller: User, user: User) -> bool:
    """Whether `caller` may read the e-mail address of `user`."""
    return reaches(caller, Permission.LEARNER_CONTACT_READ, user.id)


def by_email(email: str) -> User | None:
    return User.objects.filter(email=email.lower()).first()


def locked_sign_in(sign_in_id: UUID, user_id: int) -> SignIn | None:
    """An active user's sign-in. Both rows are locked until the transaction ends, the user's first:
    an erasure locks them in this order, so that the two never wait for each other."""
    users = User.objects.select_for_update(no_key=True)
    user = users.filter(pk=user_id, is_active=True).first()
    if user is None:
        return None
    return user.sign_ins.select_for_update().filter(pk=sign_in_id).first()
