"""Reads of users, limited to the caller's reach."""

from typing import cast
from uuid import UUID

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.utils import timezone

from core.access.selectors import reach, reaches, roles_of
from core.kit.errors import NotFound
from core.users.models import ApiToken, SignIn, User
from core.users.tokens import UserClaims
from ongoza_contracts.access import Permission
from ongoza_contracts.vocabulary import Role

PROTECTED = frozenset({Role.ADMIN, Role.DIRECTOR})
"""Their accounts show other people's data, and what they see is theirs to answer for."""


def signed_in_user(claims: UserClaims) -> User | None:
    """The active user of an access token that is not void, with their `minor`, which views ask
    for: one query, asked with every request.

    For the token of a view, it also asks whether its admin is still signed in and may still view
    the user.
    """
    users = User.objects.select_related("minor").filter(
        pk=claims.user_id,
        is_active=True,
        sign_ins__id=claims.sid,
        token_generation__lte=claims.gen,
    )
    user = users.first()
    if user is None or claims.viewer is None:
        return user
    viewers = active_admins().filter(
        pk=claims.viewer,
        token_generation__lte=claims.viewer_gen,
        sign_ins__id=cast(UUID, claims.viewer_sid),  # the claims of every view have one
    )
    return user if viewers.exists() and not is_protected(user) else None


def is_protected(user: User) -> bool:
    """Whether no admin may view the account as its user."""
    return bool(roles_of(user) & PROTECTED)


def active_admins() -> QuerySet[User]:
    return User.objects.filter(role=Role.ADMIN, is_active=True)


def sign_ins_of(user: User, *, current: UUID) -> QuerySet[SignIn]:
    """The sign-ins whose refresh token has not expired, each marked whether it is the current;
    views of admins until they expire."""
    now = timezone.now()
    oldest = now - settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    alive = without_api_tokens(user.sign_ins.filter(refreshed_at__gte=oldest))
    alive = alive.exclude(impersonation__expires_at__lte=now)
    return alive.annotate(is_current=Q(pk=current)).order_by("-refreshed_at", "pk")


def without_api_tokens(sign_ins: QuerySet[SignIn]) -> QuerySet[SignIn]:
    """The sign-ins of people on their devices."""
    return sign_ins.exclude(pk__in=ApiToken.objects.values("sign_in_id"))


def api_tokens_of(user: User) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(sign_in__user=user).order_by("-created_at", "pk")


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


def may_read_contact(caller: User, user: User, *, in_scope: bool) -> bool:
    """Whether `caller` may read the e-mail address of `user`; `in_scope` says whether the caller's
    token allows `learner.contact.read`."""
    return in_scope and reaches(caller, Permission.LEARNER_CONTACT_READ, user.id)


def listed_users(caller: User, *, contact_in_scope: bool) -> QuerySet[User]:
    """The users that `caller` may list; `contact_readable` says whose e-mail address too, nobody's
    if the caller's token does not allow `learner.contact.read`."""
    within = reach(caller, Permission.LEARNER_CONTACT_READ, "pk") or Q(pk__isnull=False)
    readable = ExpressionWrapper(within, BooleanField()) if contact_in_scope else Value(False)
    rows = User.objects.filter(reach(caller, Permission.USER_LIST, "pk"))
    return rows.annotate(contact_readable=readable)


def by_email(email: str) -> User | None:
    return User.objects.filter(email=email.lower()).first()
