"""Profiles of mentors: who sets and sees them, and the slots that follow from them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q, QuerySet

from core.access.models import Membership
from core.access.selectors import active_memberships
from core.mentorship.models import MentorProfile
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.mentor_rows import ahead, match_of, profile
from tests.unit.core.school import World
from tests.unit.core.world import Answer, person, refusal, signed_in

pytestmark = pytest.mark.django_db

BODY: dict[str, Any] = {
    "about": "Networks since 2009.",
    "capacity": 4,
    "tracks": ["builders"],
    "skills": ["C++", "Nmap"],
    "languages": ["sw", "en"],
    "time_zone": "Africa/Nairobi",
    "session_minutes": 45,
    "rules": [{"weekday": 0, "starts": "09:00", "ends": "12:00"}],
    "overrides": [{"date": "2030-01-07", "starts": None, "ends": None}],
}


def put(user: User, mentor: User, **changes: Any) -> Answer:
    body = {name: value for name, value in {**BODY, **changes}.items() if value is not ...}
    return signed_in(user).call("PUT", f"mentors/{mentor.pk}/", body)


def test_a_mentor_sets_the_own_profile_and_learners_see_it_without_an_address(
    world: World,
) -> None:
    status, stored = put(world.mentor, world.mentor)
    assert status == 200
    assert (stored["skills"], stored["languages"]) == (["c-plus-plus", "nmap"], ["en", "sw"])
    assert (stored["rules"], stored["overrides"]) == (BODY["rules"], BODY["overrides"])
    assert put(world.mentor, world.mentor, rules=[])[1]["rules"] == []
    status, seen = signed_in(world.learner).get(f"mentors/{world.mentor.pk}/")
    assert (status, seen["id"], seen["has_room"]) == (200, world.mentor.pk, True)
    assert world.mentor.email not in str(seen)


def test_nobody_sets_the_profile_of_somebody_else(world: World) -> None:
    profile(world.mentor)
    for user in (world.learner, world.admin, world.foreign_mentor):
        assert refusal(put(user, world.mentor, about="Not me")) == (404, "not_found", [])
    assert MentorProfile.objects.get().about == ""


def test_only_mentors_have_a_profile(world: World) -> None:
    assert refusal(put(world.learner, world.learner))[:2] == (403, "forbidden")
    assert not MentorProfile.objects.exists()


NO_HOURS = {"date": "2030-01-07", "starts": None, "ends": None}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"capacity": -1}, {"capacity"}),
        ({"capacity": ...}, {"capacity"}),
        ({"time_zone": "Africa/Atlantis"}, {"time_zone"}),
        ({"tracks": ["painters"]}, {"tracks.0"}),
        ({"skills": ["漢字"]}, {"skills.0"}),
        ({"session_minutes": 14}, {"session_minutes"}),
        ({"rules": [{"weekday": 7, "starts": "09:00", "ends": "10:00"}]}, {"rules.0.weekday"}),
        ({"rules": [{"weekday": 0, "starts": "10:00", "ends": "09:00"}]}, {"rules.0"}),
        ({"rules": [{"weekday": 0, "starts": "9", "ends": "10:00"}]}, {"rules.0.starts"}),
        ({"overrides": [{**NO_HOURS, "ends": "10:00"}]}, {"overrides.0"}),
        (
            {"overrides": [NO_HOURS, {**NO_HOURS, "starts": "09:00", "ends": "10:00"}]},
            {"overrides"},
        ),
    ],
    ids=str,
)
def test_a_malformed_profile_is_refused(
    world: World, changes: dict[str, Any], fields: set[str]
) -> None:
    status, code, errors = refusal(put(world.mentor, world.mentor, **changes))
    assert (status, code) == (400, "invalid")
    assert {field for field, _ in errors} == fields
    assert not MentorProfile.objects.exists()


def test_mentors_are_found_by_track_skill_language_and_room(world: World) -> None:
    full, other = person("full", Role.MENTOR), person("other", Role.MENTOR)
    put(world.mentor, world.mentor)
    profile(full, capacity=0, tracks=["builders"])
    profile(other, languages=["fr"], skills=["nmap"])
    learner = signed_in(world.learner)

    def found(query: str) -> list[int]:
        return [one["id"] for one in learner.get(f"mentors/?{query}")[1]["results"]]

    assert found("track=builders") == [world.mentor.pk, full.pk]
    assert found("track=builders&has_room=true") == [world.mentor.pk]
    assert found("has_room=false") == [full.pk]
    assert found("skill=nmap") == [world.mentor.pk, other.pk]
    assert found("language=fr") == [other.pk]
    assert refusal(learner.get("mentors/?language=xx"))[:2] == (400, "bad_parameter")


def test_a_learner_sees_their_mentor_even_from_outside_of_the_organization(world: World) -> None:
    match_of(world.learner, world.mentor)
    scope = Q(user=world.mentor, organization=world.school)
    held = active_memberships().get(scope)
    path = f"mentors/{world.mentor.pk}/"
    QuerySet(Membership).filter(pk=held.pk).update(revoked_at=held.created_at)
    assert signed_in(world.learner).get(path)[0] == 200
    other = person("other", organization=world.school)
    assert signed_in(other).get(path)[0] == 404


@pytest.mark.parametrize(
    "query",
    [
        "",
        "from=2030-01-01T00:00:00Z",
        "from=2030-01-01T00:00:00Z&to=2030-01-01T00:00:00Z",
        "from=2030-01-01T00:00:00Z&to=2030-02-02T00:00:00Z",
        "from=2030-01-01T00:00:00&to=2030-01-02T00:00:00",
        "from=tomorrow&to=2030-01-02T00:00:00Z",
    ],
)
def test_a_range_of_slots_has_two_times_at_most_a_month_apart(world: World, query: str) -> None:
    profile(world.mentor)
    answer = signed_in(world.learner).get(f"mentors/{world.mentor.pk}/slots/?{query}")
    assert refusal(answer)[:2] == (400, "bad_parameter")


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_no_slots_are_in_years_far_away(world: World, year: str) -> None:
    profile(world.mentor)
    query = f"from={year}-12-31T00:00:00Z&to={year}-12-31T12:00:00Z"
    answer = signed_in(world.learner).get(f"mentors/{world.mentor.pk}/slots/?{query}")
    assert answer == (200, {"slots": []})


def test_slots_begin_now_and_end_in_ninety_days(world: World) -> None:
    profile(world.mentor)
    learner = signed_in(world.learner)

    def count(days: int) -> int:
        first = ahead(days, hour=0)
        ends = (at.isoformat().replace("+00:00", "Z") for at in (first, first + timedelta(days=1)))
        query = "from={}&to={}".format(*ends)
        return len(learner.get(f"mentors/{world.mentor.pk}/slots/?{query}")[1]["slots"])

    assert (count(-1), count(1), count(92)) == (0, 24, 0)
