"""Notifies of what happens in the apps below, in its transaction."""

from typing import Any

from django.dispatch import receiver

from core.access.models import Membership
from core.access.signals import membership_ended, membership_granted
from core.notifications import kinds
from core.notifications.models import KnownDevice
from core.notifications.services import notify
from core.organizations.models import Invitation
from core.organizations.signals import invitation_accepted
from core.users.models import SignIn, User
from core.users.signals import password_changed, second_factor_changed, signed_in
from ongoza_contracts.vocabulary import Role


@receiver(membership_granted)
def notify_of_grant(*, membership: Membership, **_: Any) -> None:
    """Notifies a learner of who may read their record, and everybody of their own new role."""
    learner_id = membership.learner_id if membership.role == Role.MENTOR else None
    if learner_id is None:
        _notify_about(membership, membership.user_id, kinds.MEMBERSHIP_GRANTED)
    else:
        _notify_about(membership, membership.user_id, kinds.LEARNER_ASSIGNED)
        _notify_about(membership, learner_id, kinds.MENTOR_ASSIGNED)


@receiver(membership_ended)
def notify_of_end(*, membership: Membership, **_: Any) -> None:
    _notify_about(membership, membership.user_id, kinds.MEMBERSHIP_ENDED)


def _notify_about(membership: Membership, user_id: int, kind: str) -> None:
    subject, version = str(membership.id), membership.version
    notify(user_id=user_id, kind=kind, subject=subject, version=version)


@receiver(invitation_accepted)
def notify_of_acceptance(*, invitation: Invitation, **_: Any) -> None:
    """No-op if the one who invited has no account any more."""
    if invitation.invited_by_id is not None:
        notify(
            user_id=invitation.invited_by_id,
            kind=kinds.INVITATION_ACCEPTED,
            subject=str(invitation.id),
            version=1,
        )


@receiver(signed_in)
def notify_of_new_device(*, sign_in: SignIn, **_: Any) -> None:
    """Not of the first device that is known: it is the one on which the user signed up."""
    known = KnownDevice.objects.filter(user_id=sign_in.user_id)
    if known.filter(device=sign_in.device).exists():
        return
    is_first = not known.exists()
    KnownDevice.objects.create(user_id=sign_in.user_id, device=sign_in.device)
    if not is_first:
        subject = str(sign_in.id)
        notify(user_id=sign_in.user_id, kind=kinds.NEW_DEVICE, subject=subject, version=1)


@receiver(password_changed)
def notify_of_password(*, user: User, **_: Any) -> None:
    kind, subject = kinds.PASSWORD_CHANGED, str(user.id)
    notify(user_id=user.id, kind=kind, subject=subject, version=user.version)


@receiver(second_factor_changed)
def notify_of_second_factor(*, user: User, totp_id: int, enrolled: bool, **_: Any) -> None:
    kind = kinds.SECOND_FACTOR_ADDED if enrolled else kinds.SECOND_FACTOR_REMOVED
    notify(user_id=user.id, kind=kind, subject=str(totp_id), version=1)
