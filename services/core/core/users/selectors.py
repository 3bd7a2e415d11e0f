"""What may be read of users, and by whom."""

from uuid import UUID

from core.kit.errors import NotFound
from core.kit.permissions import may_see_learner
from core.users.models import SignIn, User


def signed_in_user(user_id: int, sign_in_id: UUID) -> User | None:
    """The active user whose sign-in has not been ended: one query, asked with every request."""
    return User.objects.filter(pk=user_id, is_active=True, sign_ins__id=sign_in_id).first()


def visible_user(caller: User, user_id: int) -> User:
    """Raises NotFound alike for a user who does not exist and one `caller` may not see."""
    user = User.objects.filter(pk=user_id).first() if may_see_learner(caller, user_id) else None
    if user is None:
        raise NotFound
    return user


def by_email(email: str) -> User | None:
    return User.objects.filter(email=email.lower()).first()


def locked_sign_in(sign_in_id: UUID, user_id: int) -> SignIn | None:
    """An active user's sign-in, with its row locked until the transaction ends."""
    return (
        SignIn.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=sign_in_id, user_id=user_id, user__is_active=True)
        .first()
    )
