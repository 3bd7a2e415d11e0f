"""Viewing an account as its user sees it: for admins, read-only, for 15 minutes.

The view is a sign-in of the user: it is in the user's list of sign-ins, where the user can end it,
and its start is published with the admin as actor. The row says why.
"""

from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from core.access.selectors import roles_of
from core.kit.errors import DomainError
from core.kit.versions import get_for_update
from core.outbox.publish import publish
from core.users.models import SignIn, User
from core.users.tokens import issue_view
from ongoza_contracts.http.tokens import SCOPED_TOKEN_SECONDS
from ongoza_contracts.vocabulary import Role

DEVICE = "Viewed by an admin"
PROTECTED = frozenset({Role.ADMIN, Role.DIRECTOR})
"""Their accounts show other people's data, and what they see is theirs to answer for."""


class NotViewable(DomainError):
    status = 403
    code = "not_viewable"
    detail = "Accounts of admins and directors, inactive accounts and your own cannot be viewed."


class View(NamedTuple):
    access_token: str
    expires_in: int


@transaction.atomic
def view_as(*, user_id: int, viewer: User, reason: str) -> View:
    """An access token that reads what the user may read. Raises NotFound and NotViewable."""
    user = get_for_update(User.objects.filter(pk=user_id))
    if user.pk == viewer.pk or not user.is_active or roles_of(user) & PROTECTED:
        raise NotViewable
    sign_in = SignIn(user=user, device=DEVICE)
    publish(sign_in)
    expiry = timezone.now() + timedelta(seconds=SCOPED_TOKEN_SECONDS)
    user.impersonations.create(viewer=viewer, reason=reason, expires_at=expiry)
    return View(issue_view(user, sign_in, viewer), SCOPED_TOKEN_SECONDS)
