"""Invitations: sent by mail, accepted with the mail's token, ended by time."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from core.access.models import Membership
from core.access.selectors import members_of
from core.access.services import grant_to_invited, require_grantable
from core.jobs.services import delete_jobs, schedule
from core.kit.errors import Busy, Conflict, DomainError, NotFound
from core.kit.retention import lock_rows
from core.kit.versions import get_for_update
from core.mail.sending import send_mail
from core.organizations.models import Invitation, Organization
from core.organizations.signals import invitation_accepted
from core.users.guardians import record_sign_up
from core.users.mailed_links import mark_verified
from core.users.models import User
from core.users.second_factor import challenge_for
from core.users.services import SignedIn, add_user, sign_in
from ongoza_contracts.vocabulary import Role

OPEN = Invitation.Status.OPEN


class AlreadyMember(Conflict):
    code = "already_member"
    detail = "This person is a member of the organization already: grant the role instead."


class InvitationNotFound(NotFound):
    """The one answer to every token that does not work, whatever the reason."""

    detail = "This invitation does not exist or has ended. Ask for a new one."


class OtherAddress(DomainError):
    status = 403
    code = "other_address"
    detail = "This invitation was sent to another e-mail address than that of your account."


class Invited(NamedTuple):
    invitation: Invitation
    is_new: bool
    """Whether no invitation of this address was open."""


# --- inviting ----------------------------------------------------------------------------------
@transaction.atomic
def invite(
    *,
    organization: Organization,
    email: str,
    role: Role,
    until: datetime | None = None,
    invited_by: User,
) -> Invited:
    """Invite an address, or renew its open invitation: new role, expiry and token.

    The caller has checked that `invited_by` manages the organization. Raises PermissionDenied for a
    role that `invited_by` may not grant, AlreadyMember, and Busy.
    """
    get_for_update(User.objects.filter(pk=invited_by.pk))  # before invitations, like an erasure
    require_grantable(invited_by, role)
    _require_no_member(organization.id, email)
    state = {"role": role, "until": until, "expires_at": _expiry(until)}
    new = Invitation(organization=organization, email=email, invited_by=invited_by, **state)
    Invitation.objects.bulk_create([new], ignore_conflicts=True)
    rows = Invitation.objects.filter(organization=organization, email=email, status=OPEN)
    invitation = rows.select_for_update().first()
    if invitation is None:
        raise Busy  # the one that was open has just ended
    if invitation.pk != new.pk:
        _renew(invitation, invited_by, state)
    _schedule_mail(invitation)
    return Invited(invitation, invitation.pk == new.pk)


def _expiry(until: datetime | None) -> datetime:
    expiry = timezone.now() + timedelta(days=settings.INVITATION_DAYS)
    return min(expiry, until) if until else expiry


def _renew(invitation: Invitation, invited_by: User, state: Mapping[str, object]) -> None:
    """The former token is void at once. Raises PermissionDenied as for a new one."""
    require_grantable(invited_by, Role(invitation.role))
    for name, value in {**state, "invited_by": invited_by, "token_hash": None}.items():
        setattr(invitation, name, value)
    invitation.save()


@transaction.atomic
def resend(*, invitation: Invitation, resent_by: User) -> Invitation:
    """Mail another link, which works as long as a new one; the former is void at once.

    Raises InvitationNotFound if it has ended, PermissionDenied for a role that `resent_by` may not
    grant, and AlreadyMember.
    """
    get_for_update(User.objects.filter(pk=resent_by.pk))  # before invitations, like an erasure
    rows = Invitation.objects.filter(pk=invitation.pk, status=OPEN, expires_at__gt=timezone.now())
    current = rows.select_for_update().first()
    if current is None:
        raise InvitationNotFound
    _require_no_member(current.organization_id, current.email)
    _renew(current, resent_by, {"expires_at": _expiry(current.until)})
    _schedule_mail(current)
    return current


def _require_no_member(organization_id: int, email: str) -> None:
    """Raises AlreadyMember."""
    if members_of(organization_id).filter(user__email=email).exists():
        raise AlreadyMember


def _schedule_mail(invitation: Invitation) -> None:
    schedule("organizations.invite", subject=str(invitation.id), key=str(invitation.id))


@transaction.atomic
def revoke(*, invitation: Invitation, revoked_by: User) -> None:
    """Raises InvitationNotFound if it has ended, PermissionDenied for a role that `revoked_by` may
    not grant."""
    require_grantable(revoked_by, Role(invitation.role))
    _end(invitation, Invitation.Status.REVOKED)


def send(invitation: Invitation) -> None:
    """Mail a new token; the former one is void.

    The token is stored after the mail was sent, so that nobody waits for the mail server: not if
    the invitation ended or was renewed meanwhile.
    """
    token = secrets.token_urlsafe(32)
    context = {"invitation": invitation, "organization": invitation.organization, "token": token}
    send_mail(invitation.email, "organizations/invitation", context)
    unchanged = Invitation.objects.filter(
        pk=invitation.pk, status=OPEN, token_hash=invitation.token_hash
    )
    unchanged.update(token_hash=_hash(token))


# --- accepting ---------------------------------------------------------------------------------
@transaction.atomic
def accept(*, token: str, user: User) -> Membership:
    """Give the user the role they were invited for. Raises InvitationNotFound, OtherAddress and
    AlreadyMember."""
    invitation = _open_by_token(token)
    if user.email != invitation.email:
        raise OtherAddress
    return _join(invitation, user)


def sign_up(
    *,
    token: str,
    password: str,
    device: str = "",
    terms_version: str | None = None,
    birth_year: int | None = None,
    **names: Any,
) -> SignedIn:
    """A new account for the invited address, with the role, signed in.

    Raises InvitationNotFound, DRF's ValidationError, EmailTaken for somebody who has an account and
    has to sign in first, and ChallengeIssued for an account that needs a second factor.
    """
    with transaction.atomic():
        invitation = _open_by_token(token)
        user = add_user(email=invitation.email, password=password, **names)
        record_sign_up(user, terms_version=terms_version, birth_year=birth_year)
        _join(invitation, user)
        challenge = challenge_for(user)
        if challenge is None:
            return sign_in(user, device)
    raise challenge


def _open_by_token(token: str) -> Invitation:
    rows = Invitation.objects.filter(status=OPEN, expires_at__gt=timezone.now())
    invitation = rows.filter(token_hash=_hash(token)).first()
    if invitation is None:
        raise InvitationNotFound
    return invitation


def _join(invitation: Invitation, user: User) -> Membership:
    """The users are locked before the invitation, as by an erasure."""
    if members_of(invitation.organization_id).filter(user=user).exists():
        raise AlreadyMember
    granted = grant_to_invited(
        user_id=user.id,
        role=Role(invitation.role),
        organization_id=invitation.organization_id,
        until=invitation.until,
        invited_by_id=invitation.invited_by_id,
    )
    _end(invitation, Invitation.Status.ACCEPTED, accepted_by=user)
    mark_verified(user)
    invitation_accepted.send(Invitation, invitation=invitation)
    return granted.membership


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# --- ending ------------------------------------------------------------------------------------
def _end(invitation: Invitation, status: str, accepted_by: User | None = None) -> None:
    """Raises InvitationNotFound if it has ended or was renewed since it was read."""
    unchanged = Invitation.objects.filter(
        pk=invitation.pk, status=OPEN, token_hash=invitation.token_hash
    )
    ended = unchanged.update(
        status=status, ended_at=timezone.now(), token_hash=None, accepted_by=accepted_by
    )
    if not ended:
        raise InvitationNotFound


def end_expired(invitations: QuerySet[Invitation]) -> None:
    rows = lock_rows(invitations)
    rows.update(status=Invitation.Status.EXPIRED, ended_at=F("expires_at"), token_hash=None)


def erase_invitations(user: User) -> dict[str, int]:
    """Delete those sent to the user's address or accepted by the user; how many of each model."""
    rows = Invitation.objects.filter(Q(email=user.email) | Q(accepted_by=user))
    delete_jobs("organizations.invite", [str(one) for one in rows.values_list("pk", flat=True)])
    return rows.delete()[1]
