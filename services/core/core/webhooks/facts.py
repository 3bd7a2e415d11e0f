"""Which facts an organization may be sent: what its directors may read by the API, and no more."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias, cast

from django.utils import timezone

from core.outbox.history import to_fact
from core.outbox.models import FactHistory
from ongoza_contracts.access import Permission, ScopeKind, is_active, is_subject
from ongoza_contracts.certificates import CertificateUpdated
from ongoza_contracts.coaching import GoalUpdated
from ongoza_contracts.memberships import MembershipUpdated
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.quizzes import QuizResultRecorded
from ongoza_contracts.users import UserCreated, UserErased, UserUpdated

READABLE_WITH: Mapping[str, Permission] = {
    UserCreated.type: Permission.MEMBERSHIP_READ,
    UserUpdated.type: Permission.MEMBERSHIP_READ,
    MembershipUpdated.type: Permission.MEMBERSHIP_READ,
    ProgressUpdated.type: Permission.LEARNER_READ,
    GoalUpdated.type: Permission.LEARNER_READ,
    CertificateUpdated.type: Permission.LEARNER_READ,
    QuizResultRecorded.type: Permission.LEARNER_READ,
}
"""By type, the permission by which directors read the entity itself."""

TYPES = (*READABLE_WITH, UserErased.type)
"""The types that a subscription may ask for. That a user was erased is sent to every organization
in which they ever had a role, whose data about them has to go: see `services.send_erasure`."""

MembershipHistory: TypeAlias = list[tuple[datetime, MembershipUpdated]]
"""All versions of a user's memberships in one organization with the time of recording, oldest
first."""
MembershipHistories: TypeAlias = Mapping[int, Mapping[int, MembershipHistory]]
"""By user and organization."""


def organizations_of(
    facts: Sequence[FactHistory], among: Iterable[int]
) -> dict[int, frozenset[int]]:
    """By id of the row, the organizations (of those in `among`) whose own the fact is. THE RULE:

    - A membership in an organization is that organization's own. One in a cohort or on the platform
      is nobody's.
    - Any other fact is an organization's own if every user it names was a member when it was
      recorded and is one now. Facts about learning count for members who are learners alone.
    - A fact that names an organization is never another one's.
    """
    among = frozenset(among)
    histories = _membership_histories(
        {user_id for fact in facts for user_id in _named_users(fact)}, among
    )
    return {fact.id: frozenset(_owners(fact, among, histories)) for fact in facts}


def may_be_sent(fact: FactHistory, organization_id: int) -> bool:
    """Whether a delivery that was made of the fact may still be sent."""
    if fact.type == UserErased.type:
        return True
    return organization_id in organizations_of([fact], [organization_id])[fact.id]


def _owners(
    fact: FactHistory, among: frozenset[int], histories: MembershipHistories
) -> Iterable[int]:
    if fact.type not in READABLE_WITH or fact.owner_id is None:
        return ()
    named = fact.body.get("organization_id")
    if fact.type == MembershipUpdated.type and fact.body["scope"] != ScopeKind.LEARNER:
        return among & {named}
    possible = histories.get(fact.owner_id, {}).keys() & (among if named is None else {named})
    # The permission reaches its owner; it may name further members of any role.
    users = dict.fromkeys(fact.further_subject_ids, Permission.MEMBERSHIP_READ)
    users[fact.owner_id] = READABLE_WITH[fact.type]
    return (one for one in possible if _are_members(users, one, fact.recorded_at, histories))


def _are_members(
    users: Mapping[int, Permission],
    organization_id: int,
    recorded_at: datetime,
    histories: MembershipHistories,
) -> bool:
    """Whether each user was a member whom the permission reaches at that time, and is one now."""
    for user_id, permission in users.items():
        history = histories.get(user_id, {}).get(organization_id, [])
        was_member = _is_member(history, permission, recorded_at, recorded_at)
        if not (was_member and _is_member(history, permission, None, timezone.now())):
            return False
    return True


def _is_member(
    history: MembershipHistory,
    permission: Permission,
    recorded_until: datetime | None,
    at: datetime,
) -> bool:
    """By the versions recorded until then; without a time by the newest, whatever the database's
    clock says."""
    last = {
        fact.membership_id: fact
        for recorded_at, fact in history
        if recorded_until is None or recorded_at <= recorded_until
    }
    return any(is_active(one, at) and is_subject(one, permission) for one in last.values())


def _named_users(fact: FactHistory) -> set[int]:
    owner = [] if fact.owner_id is None else [fact.owner_id]
    return {*owner, *fact.further_subject_ids}


def _membership_histories(
    user_ids: set[int], organization_ids: frozenset[int]
) -> MembershipHistories:
    rows = FactHistory.objects.filter(
        type=MembershipUpdated.type,
        owner_id__in=user_ids,
        body__organization_id__in=[*organization_ids],
    )
    histories: dict[int, dict[int, MembershipHistory]] = {}
    for row in rows.order_by("id"):
        fact = cast(MembershipUpdated, to_fact(row))
        of_user = histories.setdefault(fact.user_id, {})
        of_user.setdefault(fact.organization_id or 0, []).append((row.recorded_at, fact))
    return histories
