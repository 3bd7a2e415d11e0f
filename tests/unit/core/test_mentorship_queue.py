"""The queue of requests for a mentor: which go on, in which order, and how long they wait."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.access.models import Membership
from core.jobs.services import schedule
from core.mentorship import requests
from core.mentorship.blocks import block
from core.mentorship.models import MentorshipRequest, RequestState
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.mentor_rows import asked, match_of, profile
from tests.unit.core.notified import notified, run_jobs
from tests.unit.core.school import World
from tests.unit.core.test_mentorship_requests import ask, tick
from tests.unit.core.world import person, signed_in

pytestmark = pytest.mark.django_db


def _full(world: World) -> None:
    profile(world.mentor, capacity=1)
    match_of(person("second", organization=world.school), world.mentor)


def _blocked(world: World) -> None:
    block(user=world.mentor, blocked_id=world.learner.pk)


def _no_mentor(world: World) -> None:
    QuerySet(Membership).filter(user=world.mentor).update(revoked_at=timezone.now())


def _inactive(world: World) -> None:
    QuerySet(User).filter(pk=world.mentor.pk).update(is_active=False)


@pytest.mark.parametrize("change", [_full, _blocked, _no_mentor, _inactive])
def test_a_request_does_not_wait_for_a_mentor_who_cannot_accept_it(
    change: Callable[[World], None], world: World
) -> None:
    request = asked(world.learner, world.mentor)
    profile(second := person("max", Role.MENTOR))
    tick()
    request.refresh_from_db()
    assert request.mentor == world.mentor
    change(world)
    tick()
    request.refresh_from_db()
    assert (request.state, request.mentor) == (RequestState.ASKED, second)
    found = signed_in(world.learner).get(f"mentorship/requests/{request.pk}/")[1]
    assert found["returned_by_time_out"] == 0
    assert "mentorship.request_passed_on" in notified(world.learner)


def test_a_new_request_does_not_overtake_one_that_waits(world: World) -> None:
    first, second = world.learner, person("second", organization=world.school)
    assert ask(first)[0] == 201
    run_jobs()
    profile(world.mentor, capacity=1)
    assert ask(second)[0] == 201
    run_jobs()
    assert not MentorshipRequest.objects.exclude(mentor=None).exists()
    tick()
    mentors = MentorshipRequest.objects.order_by("pk").values_list("learner", "mentor")
    assert [*mentors] == [(first.pk, world.mentor.pk), (second.pk, None)]


def test_the_tick_costs_as_many_queries_with_many_requests_while_no_mentor_has_room(
    world: World,
) -> None:
    def queries() -> int:
        ask(person(f"learner-{MentorshipRequest.objects.count()}", organization=world.school))
        run_jobs()
        schedule("mentorship.requests")
        with CaptureQueriesContext(connection) as found:
            run_jobs()
        return len(found)

    few = queries()
    for _ in range(3):
        assert queries() == few


def test_place_and_typical_wait_are_those_of_the_organizations_queue(world: World) -> None:
    now = timezone.now()
    for hours in range(1, 6):
        MentorshipRequest.objects.create(
            learner=world.learner,
            organization_id=world.school.pk,
            state=RequestState.ACCEPTED,
            created_at=now - timedelta(hours=hours + 1),
            accepted_at=now - timedelta(hours=1),
        )
    other = requests.request_mentor(user=world.foreign)
    second = person("second", organization=world.school)
    for learner in (second, world.learner):
        requests.request_mentor(user=learner)
    own = MentorshipRequest.objects.latest("created_at")
    found = signed_in(world.learner).get(f"mentorship/requests/{own.pk}/")[1]
    assert found["place"] == 2
    assert found["typical_wait"] == {"sample": 5, "p50_hours": 3.0, "p80_hours": 4.2}
    found = signed_in(world.foreign).get(f"mentorship/requests/{other.pk}/")[1]
    assert found["place"] == 1
    assert found["typical_wait"] == {"sample": 0, "p50_hours": None, "p80_hours": None}
