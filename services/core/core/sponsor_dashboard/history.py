"""The numbers of an organization at an earlier time, by the history of facts."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from core.certificates.models import Certificate
from core.cohorts.models import SEATED, Cohort, Enrolment, SeatPool
from core.organizations.models import Organization
from core.outbox.models import FactHistory
from core.sponsor_dashboard.selectors import (
    OrganizationNumbers,
    SeatKey,
    organization_numbers,
    outcome_of,
)
from core.users.models import Consent, Minor
from ongoza_contracts.certificates import CertificateState
from ongoza_contracts.topics import CERTIFICATES, COHORTS, ENROLMENTS


def numbers_at(organization: Organization, at: datetime) -> OrganizationNumbers:
    """What the dashboard showed then. Who was erased since is not counted."""
    rows = Cohort.objects.filter(organization=organization)
    cohorts = [*_newest(COHORTS.name, rows, at)]
    pools = [
        SeatPool(pk=number, cohort_id=UUID(cohort_id), kind=kind, size=size)
        for number, (cohort_id, kind, size) in enumerate(_pools(cohorts))
    ]
    enrolments = [*_newest(ENROLMENTS.name, Enrolment.objects.filter(cohort__in=rows), at)]
    seated = [one for one in enrolments if one["state"] in SEATED]
    certified = _certified({UUID(one["enrolment_id"]) for one in seated}, at)
    consenting = _consenting({one["user_id"] for one in seated}, at)
    named: Counter[SeatKey] = Counter()
    unnamed: Counter[SeatKey] = Counter()
    for one in seated:
        outcome = outcome_of(one["state"], certified=one["enrolment_id"] in certified)
        group = named if one["user_id"] in consenting else unnamed
        group[UUID(one["cohort_id"]), one["pool"], outcome] += 1
    seatless = Counter(one["state"] for one in enrolments)
    return organization_numbers(organization, pools, named, unnamed, seatless)


def _newest(topic: str, rows: QuerySet[Any], at: datetime) -> Iterator[dict[str, Any]]:
    """The body of the newest fact of each of these entities."""
    keys = rows.order_by().annotate(key=Cast("pk", TextField())).values("key")
    facts = FactHistory.objects.filter(topic=topic, key__in=keys, time__lte=at)
    newest = facts.order_by("key", "-version", "-id").distinct("key")
    return newest.values_list("body", flat=True).iterator()


def _pools(cohorts: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return sorted(
        (cohort["cohort_id"], pool["kind"], pool["size"])
        for cohort in cohorts
        for pool in cohort["pools"]
    )


def _certified(enrolments: Collection[UUID], at: datetime) -> set[str]:
    rows = Certificate.objects.filter(enrolment__in=enrolments)
    found = _newest(CERTIFICATES.name, rows, at)
    return {one["enrolment_id"] for one in found if one["state"] == CertificateState.VALID}


def _consenting(users: Collection[int], at: datetime) -> set[int]:
    """Those who could be named then, as `selectors` has it for now."""
    open_then = Q(withdrawn_at=None) | Q(withdrawn_at__gt=at)
    consents = Consent.objects.filter(open_then, given_at__lte=at)
    by_guardian = consents.filter(kind=Consent.Kind.GUARDIAN, user=OuterRef("user"))
    is_minor = Q(adult_from__gt=at.date()) & ~Exists(by_guardian)
    unable = Minor.objects.filter(Q(adult_from=None) | is_minor)
    found = consents.filter(kind=Consent.Kind.SPONSOR_SEES_NAME, user__in=users)
    return {*found.exclude(user__in=unable.values("user")).values_list("user", flat=True)}
