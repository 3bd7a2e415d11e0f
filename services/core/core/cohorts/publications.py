"""Cohorts are published with their pools and without their name; enrolments without what staff
noted about a payment."""

from core.cohorts.models import Cohort, Enrolment, SeatPool
from core.outbox.publications import Publication, register
from ongoza_contracts.cohorts import CohortUpdated, EnrolmentUpdated

COHORT_COLUMNS = (
    *("organization_id", "program_version_id", "state", "time_zone", "starts_on", "ends_on"),
    *("created_at", "updated_at"),
)
POOL_COLUMNS = ("kind", "size", "needs_code")
ENROLMENT_COLUMNS = (
    *("user_id", "cohort_id", "program_version_id", "state", "pool", "expires_at"),
    *("activated_at", "completed_at", "previous_id", "created_at", "updated_at"),
)


def cohort_fact(row: Cohort) -> CohortUpdated:
    pools = sorted(row.pools.all(), key=lambda pool: pool.kind)
    return CohortUpdated.model_validate(
        {
            "version": row.version,
            "cohort_id": row.id,
            **{name: getattr(row, name) for name in COHORT_COLUMNS},
            "pools": [{name: getattr(pool, name) for name in POOL_COLUMNS} for pool in pools],
        }
    )


def assign_cohort(row: Cohort, fact: CohortUpdated) -> None:
    row.id, row.state = fact.cohort_id, fact.state.value
    for name in {*COHORT_COLUMNS} - {"state"}:
        setattr(row, name, getattr(fact, name))


def assign_pools(row: Cohort, fact: CohortUpdated) -> None:
    row.pools.all().delete()
    row.pools.bulk_create(
        SeatPool(cohort=row, **pool.model_dump(mode="json")) for pool in fact.pools
    )


COHORTS = register(
    Publication(
        model=Cohort,
        fact=CohortUpdated,
        columns={"cohort_id": "id"},
        builder=cohort_fact,
        related=("pools",),
        assign_row=assign_cohort,
        assign_related=assign_pools,
        unpublished={"name": "(the name was lost)", "public": False},
    )
)


def enrolment_fact(row: Enrolment) -> EnrolmentUpdated:
    return EnrolmentUpdated.model_validate(
        {
            "version": row.version,
            "enrolment_id": row.id,
            **{name: getattr(row, name) for name in ENROLMENT_COLUMNS},
            "accepted_pools": tuple(row.accepted_pools),
            "confirmed_by": row.confirmed_by_id,
        }
    )


def assign_enrolment(row: Enrolment, fact: EnrolmentUpdated) -> None:
    row.id, row.confirmed_by_id = fact.enrolment_id, fact.confirmed_by
    row.accepted_pools = [kind.value for kind in fact.accepted_pools]
    row.state, row.pool = fact.state.value, fact.pool.value if fact.pool else None
    for name in {*ENROLMENT_COLUMNS} - {"state", "pool"}:
        setattr(row, name, getattr(fact, name))


ENROLMENTS = register(
    Publication(
        model=Enrolment,
        fact=EnrolmentUpdated,
        columns={"enrolment_id": "id", "confirmed_by": "confirmed_by_id"},
        builder=enrolment_fact,
        assign_row=assign_enrolment,
        unpublished={"payment_reference": "", "entitled_pools": [], "code_id": None},
    )
)
