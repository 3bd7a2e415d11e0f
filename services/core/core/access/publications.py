"""Memberships are published whole."""

from core.access.models import Membership
from core.outbox.publications import Publication, register
from ongoza_contracts.memberships import MembershipUpdated

MEMBERSHIPS = register(
    Publication(
        model=Membership,
        fact=MembershipUpdated,
        columns={"membership_id": "id", "granted_by": "granted_by_id"},
    )
)
