"""Two processes that issue and revoke certificates at random leave each enrolment one at most."""

import random
from collections import Counter

import pytest
from django.db import transaction

from core.certificates.models import Certificate
from core.certificates.services import issue_certificate, revoke_certificate
from core.cohorts.models import Enrolment
from core.kit.errors import DomainError
from core.outbox.models import FactHistory
from ongoza_contracts.cohorts import EnrolmentState
from tests.random_cases import CASES
from tests.unit.core.certificate_rows import confirm_items, named
from tests.unit.core.cohort_rows import cohort_admin, enrolment_in, open_cohort
from tests.unit.core.two_processes import run_in_two
from tests.unit.core.world import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.random]

OPERATIONS, LEARNERS = 100 * CASES, 3


def run(seed: int) -> Counter[str]:
    """How often certificates were issued, found and revoked, and what was refused."""
    chance = random.Random(seed)  # noqa: S311  (repeatable)
    enrolments, staff, found = [*Enrolment.objects.order_by("pk")], cohort_admin(), Counter[str]()
    for _ in range(OPERATIONS):
        enrolment = chance.choice(enrolments)
        try:
            if chance.random() < 0.5:
                issued = issue_certificate(issued_by=staff, enrolment_id=enrolment.pk)
                found["issued" if issued.is_new else "found"] += 1
            else:
                row = enrolment.certificates.order_by("-created_at").first()
                if row is not None:
                    revoke_certificate(revoked_by=staff, certificate_id=row.pk, reason="Name")
                    found["revoked"] += 1
        except DomainError as refusal:
            found[refusal.code] += 1
    return found


def test_two_processes_leave_an_enrolment_one_valid_certificate_at_most() -> None:
    with transaction.atomic():
        cohort = open_cohort(scholarship=LEARNERS)
    for number in range(LEARNERS):
        learner = named(person(f"learner-{number}"))
        with transaction.atomic():
            confirm_items(learner, enrolment_in(EnrolmentState.COMPLETED, cohort, learner))

    found = run_in_two(run)

    assert min(found[name] for name in ("issued", "found", "revoked", "illegal_transition")) > 5, (
        found
    )
    assert Certificate.objects.count() == found["issued"]
    assert Certificate.objects.filter(state="revoked").count() == found["revoked"]
    valid: Counter[str] = Counter()
    for row in FactHistory.objects.filter(type="ongoza.certificate.updated.v1").order_by("id"):
        valid[row.body["enrolment_id"]] += 1 if row.body["state"] == "valid" else -1
        assert set(valid.values()) <= {0, 1}
