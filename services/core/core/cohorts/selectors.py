"""Reads of cohorts and enrolments, each within the caller's reach."""

from uuid import UUID

from django.db.models import Q, QuerySet

from core.access.selectors import active_memberships, extent
from core.cohorts.models import READING_ANNOUNCEMENTS, Announcement, Code, Cohort, Enrolment
from core.kit.errors import NotFound
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.cohorts import CohortState


def managed_cohorts(caller: User) -> QuerySet[Cohort]:
    """The cohorts that the caller manages."""
    found = extent(caller, Permission.COHORT_MANAGE)
    if found.everyone:
        return Cohort.objects.all()
    within = Q(organization__in=found.organizations) | Q(pk__in=found.cohorts)
    return Cohort.objects.filter(within)


def managed_cohort(caller: User, cohort_id: UUID) -> Cohort:
    """Raises NotFound."""
    if (found := managed_cohorts(caller).filter(pk=cohort_id).first()) is None:
        raise NotFound
    return found


def visible_cohorts(caller: User) -> QuerySet[Cohort]:
    """The cohorts that the caller manages, has an enrolment or a role in, and, drafts excepted,
    those of organizations in which they hold a role and public ones."""
    held = active_memberships().filter(user_id=caller.pk)
    offered = Q(public=True) | Q(organization__in=held.values("organization"))
    within = (
        Q(pk__in=managed_cohorts(caller).values("pk"))
        | Q(pk__in=held.exclude(cohort_id=None).values("cohort_id"))
        | Q(pk__in=Enrolment.objects.filter(user=caller).values("cohort"))
        | (offered & ~Q(state=CohortState.DRAFT))
    )
    return Cohort.objects.filter(within)


def visible_cohort(caller: User, cohort_id: UUID) -> Cohort:
    """Raises NotFound."""
    if (found := visible_cohorts(caller).filter(pk=cohort_id).first()) is None:
        raise NotFound
    return found


def cohort_with_seats(caller: User, cohort_id: UUID) -> Cohort:
    """A visible cohort of which the caller may count the free seats: not one of an organization
    that they only sponsor. Raises NotFound."""
    cohort = visible_cohort(caller, cohort_id)
    sponsored = extent(caller, Permission.SPONSORSHIP_READ)
    if cohort.organization_id in sponsored.organizations:
        managed_cohort(caller, cohort_id)
    return cohort


def visible_enrolments(caller: User) -> QuerySet[Enrolment]:
    """The caller's own, and those in cohorts that the caller manages."""
    managed = managed_cohorts(caller).values("pk")
    return Enrolment.objects.filter(Q(user=caller) | Q(cohort__in=managed))


def visible_enrolment(caller: User, enrolment_id: UUID) -> Enrolment:
    """Raises NotFound."""
    rows = visible_enrolments(caller).select_related("cohort", "code")
    if (found := rows.filter(pk=enrolment_id).first()) is None:
        raise NotFound
    return found


def announcements(caller: User, cohort_id: UUID) -> QuerySet[Announcement]:
    """Newest first. Raises NotFound for somebody who neither manages nor attends the cohort."""
    attended = Enrolment.objects.filter(
        user=caller, cohort=cohort_id, state__in=READING_ANNOUNCEMENTS
    )
    if not attended.exists():
        managed_cohort(caller, cohort_id)
    return Announcement.objects.filter(cohort=cohort_id)


def codes(caller: User) -> QuerySet[Code]:
    """Those of the cohorts that the caller manages."""
    return Code.objects.filter(cohort__in=managed_cohorts(caller).values("pk"))
