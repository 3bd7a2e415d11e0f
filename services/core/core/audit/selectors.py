"""Reads of the history of facts, limited to what the caller may read."""

from django.db.models import OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from core.access.selectors import extent, manageable_memberships, reach
from core.outbox.models import FactHistory
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.topics import CONTENT, GOALS, MEMBERSHIPS, PROGRESS, USERS

READABLE_WITH = {
    USERS.name: Permission.MEMBERSHIP_READ,
    PROGRESS.name: Permission.LEARNER_READ,
    GOALS.name: Permission.LEARNER_READ,
}
"""The permission that reading the entity itself takes. Entities of other topics are read by their
owners alone."""


def visible_history(caller: User) -> QuerySet[FactHistory]:
    """Newest first; `previous` is the body of the version before."""
    earlier = FactHistory.objects.filter(
        topic=OuterRef("topic"), key=OuterRef("key"), version__lt=OuterRef("version")
    ).order_by("-version", "-id")
    rows = FactHistory.objects.filter(_within_reach(caller))
    return rows.annotate(previous=Subquery(earlier.values("body")[:1])).order_by("-id")


def _within_reach(caller: User) -> Q:
    if extent(caller, Permission.AUDIT_READ).everyone:
        return Q()
    audited = reach(caller, Permission.AUDIT_READ, "owner_id")
    found = Q(owner_id=caller.id) | _memberships(caller)
    for topic, permission in READABLE_WITH.items():
        found |= Q(topic=topic) & audited & reach(caller, permission, "owner_id")
    if extent(caller, Permission.CONTENT_MANAGE).everyone:
        found |= Q(topic=CONTENT.name)
    return found


def _memberships(caller: User) -> Q:
    """A member's memberships elsewhere are not the caller's to read."""
    rows = manageable_memberships(caller, Permission.AUDIT_READ)
    keys = rows.order_by().annotate(key=Cast("pk", TextField())).values("key")
    return Q(topic=MEMBERSHIPS.name, key__in=keys)
