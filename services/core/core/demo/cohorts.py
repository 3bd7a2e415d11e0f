"""The academy's cohorts and events, planted through the services."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.calendars.services import add_event, cancel_event
from core.cohorts import enrolments, services
from core.cohorts.models import Cohort
from core.cohorts.services import PoolSpec
from core.organizations.models import Organization
from core.programs.models import ProgramVersion
from core.users.models import User
from ongoza_contracts.cohorts import EnrolmentState, PoolKind

TIME_ZONE = "Africa/Nairobi"


def today() -> date:
    return datetime.now(ZoneInfo(TIME_ZONE)).date()


class DemoCohort(NamedTuple):
    program: str
    name: str
    begins: int
    """Days from today."""
    pools: dict[PoolKind, int]
    applicants: int
    actions: Sequence[str]
    """Of `COHORT_STATES`: the first comes before the learners apply, the others after it."""


COHORTS = (
    DemoCohort(
        "foundation",
        "Foundation, evening class",
        -60,
        {PoolKind.SCHOLARSHIP: 12},
        16,
        ["open", "start"],
    ),
    DemoCohort(
        "builders",
        "Secure builders, next intake",
        30,
        {PoolKind.PAID: 4, PoolKind.SCHOLARSHIP: 6, PoolKind.SPONSORED: 4},
        22,
        ["open"],
    ),
    DemoCohort(
        "researchers",
        "Researchers, last intake",
        -240,
        {PoolKind.SPONSORED: 6},
        6,
        ["open", "start", "close"],
    ),
    DemoCohort("leaders", "Leaders, being planned", 90, {PoolKind.SPONSORED: 10}, 0, []),
)


def plant_cohorts(academy: Organization, director: User, learners: Sequence[User]) -> None:
    """Learners apply in turns. Of those who are offered a seat every fifth declines and every
    seventh has not answered yet, so that some cohorts have a waiting list that moved."""
    waiting = iter(learners)
    for plan in COHORTS:
        cohort = _plant_cohort(academy, director, plan)
        for position, action in enumerate(plan.actions):
            services.move_cohort(caller=director, cohort_id=cohort.pk, action=action)
            if position == 0:
                for number, learner in enumerate(islice(waiting, plan.applicants), start=1):
                    _apply(cohort, learner, [*plan.pools], number)


def _plant_cohort(academy: Organization, director: User, plan: DemoCohort) -> Cohort:
    begins = today() + timedelta(days=plan.begins)
    cohort = services.add_cohort(
        caller=director,
        organization_id=academy.pk,
        program_version_id=ProgramVersion.objects.get(program__slug=plan.program).pk,
        name=plan.name,
        time_zone=TIME_ZONE,
        starts_on=begins,
        ends_on=begins + timedelta(weeks=26),
        public=True,
    )
    pools = [PoolSpec(kind=kind, size=size, needs_code=False) for kind, size in plan.pools.items()]
    return services.set_pools(caller=director, cohort_id=cohort.pk, pools=pools)


def _apply(cohort: Cohort, learner: User, kinds: list[PoolKind], number: int) -> None:
    entry = enrolments.apply(user=learner, cohort_id=cohort.pk, pools=kinds)
    if entry.state != EnrolmentState.OFFERED or number % 7 == 0:
        return
    answer = enrolments.decline if number % 5 == 0 else enrolments.accept
    answer(user=learner, enrolment_id=entry.pk)


def plant_events(academy: Organization, director: User) -> None:
    """Weekly sessions around today, of which one is cancelled."""
    monday = today() - timedelta(days=today().weekday())
    for week in range(-4, 9):
        begins = datetime.combine(monday + timedelta(weeks=week), time(18), ZoneInfo(TIME_ZONE))
        event = add_event(
            added_by=director,
            organization_id=academy.pk,
            title="Live session: questions and practice",
            description="Bring what you got stuck on this week.",
            starts_at=begins,
            ends_at=begins + timedelta(minutes=90),
            time_zone=TIME_ZONE,
        )
        if week == 2:
            cancel_event(cancelled_by=director, event_id=event.pk)
