"""The kinds of the apps below, which cannot name this one."""

from collections.abc import Collection, Mapping

from core.access.models import Membership
from core.notifications.models import Channel
from core.notifications.registry import Contexts, declare
from core.organizations.models import Invitation

MENTOR_ASSIGNED = "access.mentor_assigned"
LEARNER_ASSIGNED = "access.learner_assigned"
MEMBERSHIP_GRANTED = "access.membership_granted"
MEMBERSHIP_ENDED = "access.membership_ended"
INVITATION_ACCEPTED = "organizations.invitation_accepted"
NEW_DEVICE = "users.new_device"
PASSWORD_CHANGED = "users.password_changed"  # noqa: S105  (a kind, not a password)
SECOND_FACTOR_ADDED = "users.second_factor_added"
SECOND_FACTOR_REMOVED = "users.second_factor_removed"


def _roles_in(model: type[Membership] | type[Invitation]) -> Contexts:
    """Role and organization of what grants a role; the name is empty outside of organizations."""

    def contexts(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
        found = model._default_manager.filter(pk__in=subjects).select_related("organization")
        return {
            str(one.pk): {
                "role": one.role,
                "organization": one.organization.name if one.organization else "",
            }
            for one in found
        }

    return contexts


declare(MENTOR_ASSIGNED, Channel.MAIL, Channel.PUSH)
declare(LEARNER_ASSIGNED, Channel.PUSH)
declare(MEMBERSHIP_GRANTED, Channel.MAIL, Channel.PUSH, contexts=_roles_in(Membership))
declare(MEMBERSHIP_ENDED, Channel.MAIL, contexts=_roles_in(Membership))
declare(INVITATION_ACCEPTED, Channel.PUSH, contexts=_roles_in(Invitation))
for security_notice in (NEW_DEVICE, PASSWORD_CHANGED, SECOND_FACTOR_ADDED, SECOND_FACTOR_REMOVED):
    declare(security_notice, Channel.MAIL, Channel.PUSH, urgent=True)
