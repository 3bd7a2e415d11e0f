"""The sign-in of a session of the admin site: published, so that ai takes the tokens by which the
site calls it for the admin. The admin sees it in the list of sign-ins."""

from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from core.outbox.publish import publish
from core.users.models import SignIn, User
from core.users.services import revoke_sign_in
from core.users.tokens import issue_scoped
from ongoza_contracts.access import Permission

SESSION_KEY = "sign_in"
DEVICE = "Admin site"
TOKEN_SECONDS = 60


@transaction.atomic
def begin(session: SessionBase, user: User) -> None:
    sign_in = SignIn(user=user, device=DEVICE)
    publish(sign_in)
    session[SESSION_KEY] = str(sign_in.pk)


def end(session: SessionBase) -> None:
    """No-op for a session without a sign-in."""
    if sign_in_id := session.get(SESSION_KEY):
        revoke_sign_in(sign_in_id=UUID(sign_in_id))


def operator_token(session: SessionBase, user: User) -> str | None:
    """An access token for the routes of operators alone; None if the sign-in has ended."""
    sign_in_id = session.get(SESSION_KEY)
    sign_in = user.sign_ins.filter(pk=sign_in_id).first() if sign_in_id else None
    if sign_in is None:
        return None
    return issue_scoped(user, sign_in, Permission.OPERATIONS_MANAGE, TOKEN_SECONDS)
