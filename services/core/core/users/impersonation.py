"""Viewing an account as its user sees it: for admins, read-only, for 15 minutes.

The view is a sign-in of the user: it is in the user's list of sign-ins, where the user can end it,
and its start is published with the admin as actor. The row says why.
"""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.kit.errors import DomainError
from core.kit.versions import get_for_update
from core.outbox.publish import publish
from core.users.models import Impersonation, SignIn, User
from core.users.selectors import is_protected
from core.users.services import end_sign_ins
from core.users.tokens import issue_view
from ongoza_contracts.http.tokens import SCOPED_TOKEN_SECONDS

DEVICE = "Viewed by an admin"


class NotViewable(DomainError):
    status = 403
    code = "not_viewable"
    detail = "Accounts of admins and directors, inactive accounts and your own cannot be viewed."


class View(NamedTuple):
    access_token: str
    expires_in: int


@transaction.atomic
def view_as(*, user_id: int, viewer: User, viewer_sign_in: UUID, reason: str) -> View:
    """An access token that reads what the user may read, until the sign-in of the viewer ends.
    Raises NotFound and NotViewable."""
    user = get_for_update(User.objects.filter(pk=user_id))
    if user.pk == viewer.pk or not user.is_active or is_protected(user):
        raise NotViewable
    sign_in = SignIn(user=user, device=DEVICE)
    publish(sign_in)
    expiry = timezone.now() + timedelta(seconds=SCOPED_TOKEN_SECONDS)
    user.impersonations.create(viewer=viewer, sign_in=sign_in, reason=reason, expires_at=expiry)
    return View(issue_view(user, sign_in, viewer, viewer_sign_in), SCOPED_TOKEN_SECONDS)


def end_views(views: QuerySet[Impersonation]) -> None:
    """End the sign-ins of views, in the caller's transaction. The records stay."""
    end_sign_ins(SignIn.objects.filter(pk__in=views.order_by().values("sign_in_id")))
