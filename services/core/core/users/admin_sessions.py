"""The sign-in of a session of the admin site, with which the session ends. It is published, so that
ai takes the tokens by which the site calls it for the admin."""

from uuid import UUID

from django.contrib.auth import get_user, logout
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest

from core.users.base_views import device_of
from core.users.models import SignIn, User
from core.users.services import WrongCredentials, begin_sign_in, lock_unchanged, revoke_sign_in
from core.users.tokens import issue_scoped
from ongoza_contracts.access import Permission

SESSION_KEY = "sign_in"
TOKEN_SECONDS = 60


def begin(request: HttpRequest, user: User) -> None:
    """Gives the session a sign-in, or logs it out if the password, the token generation or the
    account of `user` is another by now."""
    try:
        with transaction.atomic():
            device = f"Admin site, {device_of(request)}"
            sign_in = begin_sign_in(lock_unchanged(user), device)
    except WrongCredentials:
        logout(request)
    else:
        request.session[SESSION_KEY] = str(sign_in.pk)


def begin_again(request: HttpRequest) -> None:
    """Replaces the session's sign-in, which a new password of its user has ended."""
    end(request.session.get(SESSION_KEY))
    user = get_user(request)
    if isinstance(user, User):
        begin(request, user)


def end(sign_in_id: str | None) -> None:
    """No-op for None, and for a sign-in that has ended."""
    if sign_in_id is not None:
        revoke_sign_in(sign_in_id=UUID(sign_in_id))


def has_sign_in(session: SessionBase, user: User) -> bool:
    sign_in_id = session.get(SESSION_KEY)
    return sign_in_id is not None and user.sign_ins.filter(pk=sign_in_id).exists()


def operator_token(session: SessionBase, user: User) -> str:
    """An access token for the routes of operators alone, for a session that has a sign-in."""
    sign_in = SignIn(pk=session[SESSION_KEY])
    return issue_scoped(user, sign_in, Permission.OPERATIONS_MANAGE, TOKEN_SECONDS)
