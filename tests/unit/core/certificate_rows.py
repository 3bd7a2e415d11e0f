"""Completed enrolments and certificates for tests, made through the services."""

from datetime import date

from django.db import transaction

from core.certificates.models import Certificate
from core.certificates.services import issue_certificate
from core.cohorts.models import Enrolment
from core.organizations.models import Organization
from core.outbox.publish import publish
from core.progress.services import record_progress
from core.users.models import User
from core.users.services import update_user
from ongoza_contracts.cohorts import EnrolmentState, PoolKind
from ongoza_contracts.vocabulary import ContentType, ProgressStatus
from tests.unit.core.cohort_rows import cohort_admin, enrolment_in, open_cohort, published_cohort
from tests.unit.core.world import forget_appended


def named(user: User) -> User:
    return update_user(user_id=user.pk, first_name="Amina", last_name="Wanjikũ")


def confirm_items(user: User, enrolment: Enrolment) -> None:
    """Record each item of the enrolment's program as completed, on the word of staff."""
    for version_item in enrolment.program_version.items.all():
        record_progress(
            caller=cohort_admin(),
            user_id=user.pk,
            content_id=version_item.item_id,
            content_type=ContentType.COURSE,
            status=ProgressStatus.COMPLETED,
        )


def completed_enrolment(user: User, organization: Organization | None = None) -> Enrolment:
    """Of a named user, with evidence by staff. Its facts are forgotten."""
    cohort = open_cohort(organization, scholarship=5)
    row = enrolment_in(EnrolmentState.COMPLETED, cohort, user)
    confirm_items(user, row)
    forget_appended()
    return row


def certificate(user: User, organization: Organization | None = None) -> Certificate:
    named(user)
    enrolment = completed_enrolment(user, organization)
    return issue_certificate(issued_by=user, enrolment_id=enrolment.pk).certificate


def published_enrolment(user: User) -> Enrolment:
    """Of a user with any role."""
    cohort = published_cohort(paid=0)
    row = Enrolment(
        user=user,
        cohort=cohort,
        program_version=cohort.program_version,
        accepted_pools=[PoolKind.PAID],
    )
    with transaction.atomic():
        publish(row)
    return row


def published_certificate(enrolment: Enrolment) -> Certificate:
    """Without what a completion needs."""
    row = Certificate(
        user_id=enrolment.user_id,
        enrolment=enrolment,
        program_version=enrolment.program_version,
        name="Amina Otieno",
        program_title="Core",
        completed_on=date(2030, 6, 28),
        by_check=1,
        by_review=0,
        by_staff=0,
    )
    with transaction.atomic():
        publish(row)
    return row
