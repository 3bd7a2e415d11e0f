"""Requests for a mentor: asked, accepted, declined, passed on by themselves, and withdrawn."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from core.access.selectors import active_memberships
from core.access.services import revoke
from core.erasure.services import erase_user
from core.jobs.services import schedule
from core.mentorship.models import Match, MentorProfile, MentorshipRequest, RequestState, Session
from core.notifications.models import Notification
from core.users.models import Minor, User
from core.users.services import choose_track
from ongoza_contracts.mentorship import MatchEndReason, MatchState, SessionState
from ongoza_contracts.vocabulary import Role, Track
from tests.unit.core.mentor_rows import asked, end, match_of, profile, session_in
from tests.unit.core.notified import notified, run_jobs
from tests.unit.core.school import World
from tests.unit.core.world import (
    Answer,
    Caller,
    appended,
    forget_appended,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


def ask(learner: User, mentor: User | None = None) -> Answer:
    body = {"mentor": mentor.pk if mentor else None, "message": "Please help with networks."}
    return signed_in(learner).post("mentorship/requests/", body)


def act(user: User, request: MentorshipRequest, action: str) -> Answer:
    return signed_in(user).post(f"mentorship/requests/{request.pk}/{action}/", None)


def stored() -> MentorshipRequest:
    return MentorshipRequest.objects.get()


def expire(request: MentorshipRequest) -> None:
    """As if three days had gone by, and the tick had run."""
    MentorshipRequest.objects.filter(pk=request.pk).update(expires_at=timezone.now())


def tick() -> None:
    for kind in ("mentorship.requests", "mentorship.ends"):
        schedule(kind)
    run_jobs()


# --- asking ------------------------------------------------------------------------------------
def test_a_learner_asks_a_mentor_who_accepts_and_may_read_the_learner(world: World) -> None:
    profile(world.mentor)
    QuerySet(User).filter(pk=world.learner.pk).update(first_name="Lena")
    status, request = ask(world.learner, world.mentor)
    assert (status, request["state"], request["mentor"]) == (201, "asked", world.mentor.pk)
    assert notified(world.mentor) == ["mentorship.request_received"]
    (notice,) = signed_in(world.mentor).get("notifications/")[1]["results"]
    assert "Lena" not in notice["text"]
    mentor = signed_in(world.mentor)
    (listed,) = mentor.get("mentorship/requests/")[1]["results"]
    assert (listed["learner"], listed["message"]) == (
        world.learner.pk,
        "Please help with networks.",
    )
    assert mentor.get(f"users/{world.learner.pk}/")[0] == 404
    status, match = act(world.mentor, stored(), "accept")
    assert (status, match["state"], match["learner"]) == (201, "active", world.learner.pk)
    assert mentor.get(f"users/{world.learner.pk}/")[0] == 200
    assert [kind for kind, *_ in appended()] == ["match.updated", "membership.updated"]
    assert stored().state == RequestState.ACCEPTED
    assert notified(world.learner) == ["access.mentor_assigned"]


def test_learners_ask_mentors_of_their_organization_and_of_the_platform(world: World) -> None:
    free = person("max", Role.MENTOR)
    for mentor in (world.mentor, world.foreign_mentor, free):
        profile(mentor)
    found = signed_in(world.learner).get("mentors/")[1]["results"]
    assert [mentor["id"] for mentor in found] == [world.mentor.pk, free.pk]
    assert "email" not in str(found)
    assert refusal(ask(world.learner, world.foreign_mentor)) == (404, "not_found", [])
    assert not MentorshipRequest.objects.exists()
    assert ask(world.learner, free)[0] == 201


def test_at_most_two_requests_are_open(world: World) -> None:
    mentors = [person(f"m{number}", Role.MENTOR) for number in range(3)]
    for mentor in mentors:
        profile(mentor)
    assert [ask(world.learner, mentor)[0] for mentor in mentors[:2]] == [201, 201]
    assert refusal(ask(world.learner, mentors[2])) == (409, "too_many_requests", [])
    act(world.learner, MentorshipRequest.objects.first() or stored(), "withdraw")
    assert ask(world.learner, mentors[2])[0] == 201


def test_a_mentor_is_asked_once_and_not_by_their_learner(world: World) -> None:
    request = asked(world.learner, world.mentor)
    assert refusal(ask(world.learner, world.mentor)) == (409, "already_asked", [])
    act(world.mentor, request, "accept")
    answer = ask(world.learner, world.mentor)
    assert refusal(answer) == (409, "already_matched", [])
    assert str(Match.objects.get().pk) in answer[1]["detail"]


@pytest.mark.parametrize("changes", [{"capacity": 0}, {"is_accepting": False}], ids=str)
def test_a_mentor_without_room_is_not_asked(world: World, changes: dict[str, Any]) -> None:
    profile(world.mentor, **changes)
    assert refusal(ask(world.learner, world.mentor)) == (409, "mentor_full", [])
    assert ask(world.learner)[0] == 201
    run_jobs()
    assert stored().state == RequestState.WAITING


def test_only_learners_ask(world: World) -> None:
    profile(world.mentor)
    assert refusal(ask(world.director, world.mentor))[0] == 403


def test_without_a_wish_the_mentor_of_the_learners_track_with_the_least_load_is_asked(
    world: World,
) -> None:
    of_track, busy, other = (person(name, Role.MENTOR) for name in ("ma", "mb", "mc"))
    learner = person("tracked")
    profile(other)
    profile(busy, tracks=["builders"])
    profile(of_track, tracks=["builders"])
    asked(world.learner, busy)
    choose_track(user_id=learner.pk, track=Track.BUILDERS)
    assert ask(User.objects.get(pk=learner.pk))[0] == 201
    run_jobs()
    assert MentorshipRequest.objects.get(learner=learner).mentor == of_track


# --- answers -----------------------------------------------------------------------------------
def test_accepting_is_limited_by_the_capacity(world: World) -> None:
    profile(world.mentor, capacity=1)
    first, second = world.learner, person("second", organization=world.school)
    requests_ = [asked(learner, world.mentor) for learner in (first, second)]
    assert act(world.mentor, requests_[0], "accept")[0] == 201
    forget_appended()
    assert refusal(act(world.mentor, requests_[1], "accept")) == (409, "mentor_full", [])
    assert Match.objects.count() == 1
    assert appended() == []


def test_a_minor_is_accepted_with_a_guardians_consent_alone(world: World) -> None:
    request = asked(world.learner, world.mentor)
    minor = Minor.objects.create(user=world.learner, adult_from=date(2999, 1, 1))
    answer = act(world.mentor, request, "accept")
    assert refusal(answer) == (403, "guardian_consent_required", [])
    assert not Match.objects.exists()
    assert appended() == []
    minor.delete()
    assert act(world.mentor, request, "accept")[0] == 201


def test_a_declined_request_goes_to_the_next_mentor(world: World) -> None:
    second = person("max", Role.MENTOR)
    profile(second)
    request = asked(world.learner, world.mentor)
    assert act(world.mentor, request, "decline") == (204, None)
    run_jobs()
    assert (stored().state, stored().mentor) == (RequestState.ASKED, second)
    assert act(second, request, "decline")[0] == 204
    tick()
    assert (stored().state, stored().mentor) == (RequestState.WAITING, None)


def test_a_request_expires_after_three_days_and_goes_on_with_its_place(world: World) -> None:
    second = person("max", Role.MENTOR)
    request = asked(world.learner, world.mentor)
    assert request.expires_at is not None
    assert round((request.expires_at - request.created_at) / timedelta(days=1), 3) == 3
    expire(request)
    assert refusal(act(world.mentor, request, "accept")) == (409, "request_expired", [])
    assert not Match.objects.exists()
    profile(second)
    tick()
    found = signed_in(world.learner).get(f"mentorship/requests/{request.pk}/")[1]
    assert (found["mentor"], found["returned_by_time_out"], found["place"]) == (second.pk, 1, 1)
    assert notified(world.learner) == ["mentorship.request_passed_on"]
    assert signed_in(world.mentor).get("mentorship/requests/")[1]["count"] == 0


def test_a_waiting_request_reaches_a_mentor_who_gets_room(world: World) -> None:
    assert ask(world.learner)[0] == 201
    tick()
    assert stored().state == RequestState.WAITING
    profile(world.mentor)
    tick()
    assert (stored().state, stored().mentor) == (RequestState.ASKED, world.mentor)


ACTIONS = {
    RequestState.WAITING: {"withdraw"},
    RequestState.ASKED: {"withdraw", "accept", "decline"},
}


@pytest.mark.parametrize("action", ["accept", "decline", "withdraw"])
@pytest.mark.parametrize("state", [*RequestState])
def test_each_action_is_possible_in_its_states_alone(
    world: World, state: RequestState, action: str
) -> None:
    request = asked(world.learner, world.mentor)
    MentorshipRequest.objects.update(state=state)
    user = world.learner if action == "withdraw" else world.mentor
    answer = act(user, request, action)
    if action in ACTIONS.get(state, ()):
        assert answer[0] < 300
        assert (stored().closed_at is None) == (action == "decline")
    else:
        assert refusal(answer) == (409, "illegal_transition", [])
        assert stored().state == state
        assert appended() == []


def test_requests_of_others_do_not_exist(world: World) -> None:
    request = asked(world.learner, world.mentor)
    for user in (world.foreign, world.director, world.foreign_mentor):
        assert signed_in(user).get(f"mentorship/requests/{request.pk}/")[0] == 404
        for action in ("accept", "decline", "withdraw"):
            assert refusal(act(user, request, action)) == (404, "not_found", [])
    assert refusal(act(world.mentor, request, "withdraw")) == (404, "not_found", [])
    assert refusal(act(world.learner, request, "accept")) == (404, "not_found", [])


def test_an_admin_who_views_the_account_does_not_read_what_a_request_says(world: World) -> None:
    request = asked(world.learner, world.mentor)
    view = {"reason": "Ticket 4711: the learner sees no mentors."}
    token = signed_in(world.admin).post(f"users/{world.learner.pk}/view-as/", view)[1]
    viewer = Caller(token["access_token"])
    assert viewer.get("mentors/")[0] == 200
    for path in ("", f"{request.pk}/"):
        assert refusal(viewer.get(f"mentorship/requests/{path}"))[0] == 403


# --- ends of matches -----------------------------------------------------------------------------
def test_ending_a_match_ends_the_membership_and_cancels_sessions(world: World) -> None:
    match = match_of(world.learner, world.mentor)
    session = session_in(SessionState.CONFIRMED, match)
    forget_appended()
    path = f"mentorship/matches/{match.pk}/end/"
    status, ended = signed_in(world.mentor).post(path, {"reason": "completed"})
    assert (status, ended["state"], ended["end_reason"]) == (200, "ended", "completed")
    assert [kind for kind, *_ in appended()] == [
        "match.updated",
        "session.updated",
        "membership.updated",
    ]
    assert Session.objects.get(pk=session.pk).state == SessionState.CANCELLED
    assert signed_in(world.mentor).get(f"users/{world.learner.pk}/")[0] == 404
    assert "mentorship.match_ended" in notified(world.learner)
    answer = signed_in(world.learner).post(path, {"reason": "stopped"})
    assert refusal(answer) == (409, "illegal_transition", [])


def test_who_manages_the_learners_memberships_ends_a_match_and_strangers_do_not(
    world: World,
) -> None:
    path = f"mentorship/matches/{match_of(world.learner, world.mentor).pk}/end/"
    body = {"reason": "no_fit"}
    assert refusal(signed_in(world.foreign).post(path, body)) == (404, "not_found", [])
    assert Match.objects.get().state == MatchState.ACTIVE
    reserved = signed_in(world.director).post(path, {"reason": "membership_ended"})
    assert refusal(reserved) == (400, "invalid", [("reason", "unknown_value")])
    assert signed_in(world.director).post(path, body)[0] == 200


def test_an_ended_match_makes_room(world: World) -> None:
    profile(world.mentor, capacity=1)
    match = match_of(world.learner, world.mentor)
    end(match, reason=MatchEndReason.COMPLETED)
    assert match_of(world.learner, world.mentor).pk != match.pk


def test_a_mentor_reads_an_accepted_request_as_long_as_the_match_lasts(world: World) -> None:
    match = match_of(world.learner, world.mentor)
    mentor, one = signed_in(world.mentor), f"mentorship/requests/{stored().pk}/"
    assert (mentor.get(one)[0], mentor.get("mentorship/requests/")[1]["count"]) == (200, 1)
    end(match, reason=MatchEndReason.COMPLETED)
    assert refusal(mentor.get(one)) == (404, "not_found", [])
    assert mentor.get("mentorship/requests/")[1]["count"] == 0
    assert signed_in(world.learner).get(one)[0] == 200


def test_a_match_without_membership_ends_by_itself(world: World) -> None:
    match = match_of(world.learner, world.mentor)
    held = active_memberships().get(user=world.mentor, learner=world.learner)
    revoke(membership_id=held.pk, revoked_by=world.admin)
    tick()
    match.refresh_from_db()
    assert (match.state, match.end_reason) == ("ended", "membership_ended")


def test_the_erasure_of_a_mentor_clears_matches_and_sessions_which_end(world: World) -> None:
    match = match_of(world.learner, world.mentor)
    waiting = asked(person("second", organization=world.school), world.mentor)
    session = session_in(SessionState.CONFIRMED, match)
    erase_user(user_id=world.mentor.pk)
    tick()
    match.refresh_from_db()
    session.refresh_from_db()
    waiting.refresh_from_db()
    assert (match.mentor, match.state, match.end_reason) == (None, "ended", "membership_ended")
    assert (session.mentor, session.state) == (None, "cancelled")
    assert (waiting.mentor, waiting.state) == (None, "waiting")
    assert not MentorProfile.objects.exists()


def test_the_erasure_of_a_learner_deletes_requests_matches_and_sessions(world: World) -> None:
    match = match_of(world.learner, world.mentor)
    session_in(SessionState.HELD, match)
    asked(world.learner, person("max", Role.MENTOR))
    erase_user(user_id=world.learner.pk)
    assert not MentorshipRequest.objects.exists()
    assert not Match.objects.exists()
    assert not Session.objects.exists()
    tick()
    assert not Notification.objects.filter(user=world.learner.pk).exists()
