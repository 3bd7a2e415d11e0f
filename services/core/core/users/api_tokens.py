"""Personal API tokens: shown once, exchanged for access tokens that live 15 minutes.

Each has a sign-in of its own, which ends with it: so both services refuse what was issued for it,
and a new password or a deactivation ends it as well.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.kit.errors import Conflict
from core.kit.limits import lock_parent, require_below_limit
from core.kit.versions import get_for_update
from core.outbox.publish import delete_published, publish
from core.users import second_factor
from core.users.models import ApiToken, SignIn, User
from core.users.one_time_tokens import hash_token
from core.users.services import end_sign_ins, require_unchanged
from core.users.tokens import InvalidToken, issue_scoped
from ongoza_contracts.http.tokens import SCOPED_TOKEN_SECONDS
from ongoza_ops.trace import set_actor

PREFIX = "ongoza_pat_"
MAX_TOKENS = 50
DEVICE = "API token"


class TooManyTokens(Conflict):
    code = "too_many_tokens"
    detail = f"You have {MAX_TOKENS} API tokens. Revoke one first."


class CreatedApiToken(NamedTuple):
    api_token: ApiToken
    token: str


class ScopedAccessToken(NamedTuple):
    access_token: str
    expires_in: int
    scope: str


def create(
    *, user: User, totp_id: int | None, name: str, scope: Sequence[str], days: int
) -> CreatedApiToken:
    """The only time the token itself is known. `totp_id` is the second factor by which the user
    proved who they are, None for the password (`challenges.prove_identity`).

    Raises NotFound and WrongCredentials if the user was erased or changed since, InvalidToken if
    the second factor did, TooManyTokens, and Busy.
    """
    with lock_parent(User.objects.filter(pk=user.pk)) as current:
        require_unchanged(current, user)
        if second_factor.enrolment_id(current) != totp_id:
            raise InvalidToken
        tokens = ApiToken.objects.filter(sign_in__user=current)
        require_below_limit(tokens, MAX_TOKENS, TooManyTokens)
        return _add(current, name, scope, days)


def _add(user: User, name: str, scope: Sequence[str], days: int) -> CreatedApiToken:
    sign_in = SignIn(user=user, device=DEVICE)
    publish(sign_in)
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        sign_in=sign_in,
        name=name,
        hash=hash_token(token),
        scope=" ".join(sorted(set(scope))),
        expires_at=timezone.now() + timedelta(days=days),
    )
    return CreatedApiToken(row, token)


@transaction.atomic
def revoke(*, user: User, token_id: UUID) -> None:
    """Ends the access tokens issued for it too. Raises NotFound, for a token of somebody else as
    well."""
    rows = user.sign_ins.filter(pk__in=ApiToken.objects.filter(pk=token_id).values("sign_in_id"))
    delete_published(get_for_update(rows, to_delete=True))


def exchange(*, token: str) -> ScopedAccessToken:
    """An access token with the scope of the API token. Raises InvalidToken."""
    now = timezone.now()
    rows = ApiToken.objects.filter(
        hash=hash_token(token), expires_at__gt=now, sign_in__user__is_active=True
    )
    found = rows.select_related("sign_in__user").first()
    if found is None or second_factor.is_missing(found.sign_in.user):
        raise InvalidToken
    set_actor(f"user:{found.sign_in.user_id}")
    ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    left = int((found.expires_at - now).total_seconds())
    seconds = max(1, min(SCOPED_TOKEN_SECONDS, left))
    access = issue_scoped(found.sign_in.user, found.sign_in, found.scope, seconds)
    return ScopedAccessToken(access, seconds, found.scope)


def end_tokens(tokens: QuerySet[ApiToken]) -> None:
    """End the sign-ins of API tokens of several users, in the caller's transaction."""
    end_sign_ins(SignIn.objects.filter(pk__in=tokens.order_by().values("sign_in_id")))
