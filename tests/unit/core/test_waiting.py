"""A learner's place on a waiting list, and how far earlier lists moved."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.cohorts import enrolments, services
from core.cohorts.models import Cohort, Enrolment
from core.cohorts.waiting import ClosedList, ListMovement, movement
from core.organizations.models import Organization
from core.users.models import User
from ongoza_contracts.cohorts import EnrolmentState
from tests.unit.core.cohort_rows import apply, cohort_admin, enrolment_in, open_cohort
from tests.unit.core.school import World
from tests.unit.core.world import person, signed_in

FULL = ClosedList(seats=12, applied=20, offered=12)


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ([], ListMovement(0, None, None)),
        ([FULL, FULL], ListMovement(2, None, None)),
        ([FULL, FULL, FULL], ListMovement(3, 0, 0)),
        (
            [FULL._replace(offered=14), FULL._replace(offered=21), FULL._replace(offered=17)],
            ListMovement(3, 2, 9),
        ),
        # Seats for all: there was no list.
        ([FULL, FULL, FULL._replace(applied=12)], ListMovement(2, None, None)),
        # Seats that were never offered: closed early, or made at its end.
        ([FULL, FULL, FULL._replace(offered=3)], ListMovement(3, 0, 0)),
    ],
)
def test_lists_moved_by_the_offers_beyond_the_seats(
    lists: list[ClosedList], expected: ListMovement
) -> None:
    assert movement(lists) == expected


def shown(user: User, row: Enrolment) -> dict[str, Any]:
    answer: dict[str, Any] = signed_in(user).get(f"enrolments/{row.pk}/")[1]
    return {name: answer[name] for name in ("place", "list_movement")}


def closed_cohort(school: Organization, name: str, *, declined: int) -> Cohort:
    """One seat, which so many learners of five who applied left to the next."""
    cohort = open_cohort(school, scholarship=1)
    rows = [apply(person(f"{name}-{number}"), cohort) for number in range(5)]
    for row in rows[:declined]:
        enrolments.decline(user=row.user, enrolment_id=row.pk)
    return services.move_cohort(caller=cohort_admin(), cohort_id=cohort.pk, action="close")


@pytest.mark.django_db
def test_a_place_moves_up_as_others_leave(world: World) -> None:
    cohort = open_cohort(world.school, scholarship=0)
    first = apply(person("first"), cohort)
    own = enrolment_in(EnrolmentState.APPLIED, cohort, world.learner)
    apply(person("later"), cohort)
    assert shown(world.learner, own)["place"] == 2
    enrolments.withdraw(caller=first.user, enrolment_id=first.pk)
    assert shown(world.learner, own)["place"] == 1


@pytest.mark.django_db
def test_nobody_has_a_place_with_a_seat(world: World) -> None:
    row = enrolment_in(EnrolmentState.ACTIVE, open_cohort(scholarship=1), world.learner)
    assert shown(world.learner, row) == {"place": None, "list_movement": None}


@pytest.mark.django_db
def test_movement_is_that_of_closed_cohorts_of_the_program_here(world: World) -> None:
    cohort = open_cohort(world.school, scholarship=0)
    own = enrolment_in(EnrolmentState.APPLIED, cohort, world.learner)
    unknown = {"least": None, "most": None}
    assert shown(world.learner, own)["list_movement"] == {"cohorts": 0, **unknown}
    closed_cohort(world.school, "a", declined=1)
    closed_cohort(world.school, "b", declined=3)
    closed_cohort(world.other, "elsewhere", declined=0)
    assert shown(world.learner, own)["list_movement"] == {"cohorts": 2, **unknown}
    closed_cohort(world.school, "c", declined=4)
    assert shown(world.learner, own)["list_movement"] == {"cohorts": 3, "least": 1, "most": 4}


@pytest.mark.django_db
def test_who_waits_for_other_seats_stands_in_another_list(world: World) -> None:
    for name in ("a", "b", "c"):
        closed = open_cohort(world.school, scholarship=9, paid=1)
        rows = [apply(person(f"{name}-{number}"), closed, "paid") for number in range(4)]
        enrolments.decline(user=rows[0].user, enrolment_id=rows[0].pk)
        services.move_cohort(caller=cohort_admin(), cohort_id=closed.pk, action="close")
    cohort = open_cohort(world.school, scholarship=0, paid=0)
    apply(person("for-another"), cohort)
    own = apply(world.learner, cohort, "paid")
    expected = {"cohorts": 3, "least": 1, "most": 1}
    assert shown(world.learner, own) == {"place": 1, "list_movement": expected}


@pytest.mark.django_db
def test_a_place_costs_as_many_queries_on_a_long_list(world: World) -> None:
    cohort = open_cohort(world.school, scholarship=0)
    own = enrolment_in(EnrolmentState.APPLIED, cohort, world.learner)
    caller = signed_in(world.learner)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            caller.get(f"enrolments/{own.pk}/")
        return len(queries)

    closed_cohort(world.school, "first", declined=1)
    before = count()
    for name in ("a", "b", "c", "d"):
        closed_cohort(world.school, name, declined=1)
        apply(person(f"waiting-{name}"), cohort)
    assert count() == before
