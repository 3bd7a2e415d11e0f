"""Refuses to end a membership on which an enrolment stands."""

from typing import Any

from django.dispatch import receiver

from core.access.services import Scope
from core.access.signals import membership_ending
from core.cohorts.models import NOT_ENDED, Enrolment
from core.kit.errors import Conflict
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.vocabulary import Role


class StillEnrolled(Conflict):
    """Says by which enrolment."""

    code = "still_enrolled"


@receiver(membership_ending)
def refuse_while_enrolled(*, user_id: int, role: Role, scope: Scope | None, **_: Any) -> None:
    """A learner who takes a seat, or waits for one, keeps what lets them: their enrolment is ended
    first. Raises StillEnrolled."""
    if role != Role.LEARNER:
        return
    rows = Enrolment.objects.filter(user=user_id, state__in=NOT_ENDED)
    if scope and scope.kind == ScopeKind.COHORT:
        rows = rows.filter(cohort=scope.cohort_id)
    elif scope:
        rows = rows.filter(cohort__organization=scope.organization_id)
    if found := rows.first():
        raise StillEnrolled(f"End the enrolment {found.pk}, which is {found.state}, first.")
