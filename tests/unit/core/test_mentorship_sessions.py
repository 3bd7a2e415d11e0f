"""Sessions of mentors and learners: booked, moved, confirmed, cancelled and recorded."""

from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from django.core import mail
from django.utils import timezone
from icalendar import Calendar

from core.jobs.services import schedule
from core.mentorship.blocks import block
from core.mentorship.models import OPEN_SESSIONS, Match, Session, SessionFeedback
from core.mentorship.selectors import free_slots
from core.notifications.models import Notification
from core.users.models import User
from core.users.preferences import update_preferences
from ongoza_contracts.mentorship import SessionState, SessionUpdated
from ongoza_contracts.vocabulary import Role
from tests.unit.core.mentor_rows import (
    ahead,
    begin,
    match_of,
    profile,
    session_in,
    set_columns,
)
from tests.unit.core.notified import make_due, notified, reader, run_jobs
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


class Pair:
    """A learner and a mentor of one match, signed in."""

    def __init__(self, world: World) -> None:
        self.match: Match = match_of(world.learner, world.mentor)
        self.learner, self.mentor = signed_in(world.learner), signed_in(world.mentor)
        forget_appended()

    def book(self, caller: Caller, starts_at: datetime) -> Answer:
        body = {"match": str(self.match.pk), "starts_at": starts_at.isoformat()}
        return caller.post("mentorship/sessions/", body)


@pytest.fixture
def pair(world: World) -> Pair:
    return Pair(world)


def act(caller: Caller, session: Session, action: str, **body: Any) -> Answer:
    return caller.post(f"mentorship/sessions/{session.pk}/{action}/", body or None)


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


# --- booking -----------------------------------------------------------------------------------
def test_a_learner_proposes_a_slot_and_the_mentor_confirms_it(pair: Pair, world: World) -> None:
    starts_at = ahead()
    status, booked = pair.book(pair.learner, starts_at)
    assert status == 201
    assert (booked["state"], booked["proposed_by"]) == ("requested", "learner")
    assert (booked["starts_at"], booked["ends_at"]) == (
        iso(starts_at),
        iso(starts_at + timedelta(hours=1)),
    )
    assert (booked["learner_time_zone"], booked["mentor_time_zone"]) == ("UTC", "Africa/Nairobi")
    session = Session.objects.get()
    assert appended() == [("session.updated", str(session.pk), 1)]
    assert refusal(act(pair.learner, session, "confirm"))[0] == 403
    status, confirmed = act(pair.mentor, session, "confirm")
    assert (status, confirmed["state"], confirmed["sequence"]) == (200, "confirmed", 1)
    assert notified(world.learner)[0] == "mentorship.session_confirmed"
    assert notified(world.mentor)[0] == "mentorship.session_proposed"


def test_the_fact_of_a_session_holds_ids_times_and_enumerations(pair: Pair) -> None:
    session = session_in(SessionState.MISSED, pair.match)
    assert not {"text", "rating"} & SessionUpdated.model_fields.keys()
    assert appended()[-1] == ("session.updated", str(session.pk), 3)


def test_a_slot_that_is_offered_can_be_booked_and_is_not_offered_afterwards(
    pair: Pair, world: World
) -> None:
    first = ahead(days=3)
    path = (
        f"mentors/{world.mentor.pk}/slots/?from={iso(first)}&to={iso(first + timedelta(hours=3))}"
    )
    _, before = pair.learner.get(path)
    assert len(before["slots"]) == 3
    for slot in before["slots"]:
        body = {"match": str(pair.match.pk), "starts_at": slot["starts_at"]}
        assert pair.learner.post("mentorship/sessions/", body)[0] == 201
    assert pair.learner.get(path) == (200, {"slots": []})


def test_a_learner_books_no_time_outside_of_the_slots(pair: Pair) -> None:
    starts_at = ahead() + timedelta(minutes=20)
    assert refusal(pair.book(pair.learner, starts_at)) == (409, "not_a_slot", [])
    assert not Session.objects.exists()
    assert appended() == []
    assert pair.book(pair.mentor, starts_at)[0] == 201  # a mentor may propose any free time


@pytest.mark.parametrize("delay", [-timedelta(days=1), timedelta(days=91), timedelta(seconds=7)])
def test_a_session_starts_in_the_future_at_a_full_minute_within_ninety_days(
    pair: Pair, delay: timedelta
) -> None:
    starts_at = ahead(0) + delay if delay != timedelta(seconds=7) else ahead() + delay
    assert refusal(pair.book(pair.mentor, starts_at)) == (400, "bad_time", [])
    assert not Session.objects.exists()


def test_neither_mentor_nor_learner_has_two_sessions_at_once(pair: Pair, world: World) -> None:
    session = session_in(SessionState.REQUESTED, pair.match)
    overlapping = session.starts_at + timedelta(minutes=30)
    assert refusal(pair.book(pair.mentor, overlapping)) == (409, "time_taken", [])
    other = match_of(person("second", organization=world.school), world.mentor)
    body = {"match": str(other.pk), "starts_at": iso(overlapping)}
    assert refusal(pair.mentor.post("mentorship/sessions/", body)) == (409, "time_taken", [])
    another_mentor = person("maya", Role.MENTOR, world.school)
    second = match_of(world.learner, another_mentor)
    body = {"match": str(second.pk), "starts_at": iso(overlapping)}
    answer = signed_in(another_mentor).post("mentorship/sessions/", body)
    assert refusal(answer) == (409, "time_taken", [])
    assert "learner has a session" in answer[1]["detail"]
    assert Session.objects.count() == 1


def test_at_most_five_sessions_of_a_match_are_open(pair: Pair) -> None:
    for hour in range(5):
        assert pair.book(pair.learner, ahead(hour=hour))[0] == 201
    assert refusal(pair.book(pair.learner, ahead(hour=5))) == (409, "too_many_sessions", [])


def test_sessions_that_are_over_take_no_place_of_open_ones(pair: Pair) -> None:
    for day in range(2, 7):
        session = session_in(SessionState.CONFIRMED, pair.match, ahead(day))
        ago = timedelta(days=day)
        set_columns(session, starts_at=ahead(0) - ago, ends_at=ahead(0, hour=10) - ago)
    assert pair.book(pair.learner, ahead())[0] == 201


def test_strangers_neither_see_nor_book_sessions_of_a_match(pair: Pair, world: World) -> None:
    session = session_in(SessionState.CONFIRMED, pair.match)
    stranger = signed_in(world.foreign)
    assert refusal(pair.book(stranger, ahead(3))) == (404, "not_found", [])
    assert stranger.get("mentorship/sessions/")[1]["count"] == 0
    for action in ("confirm", "cancel"):
        assert refusal(act(stranger, session, action)) == (404, "not_found", [])
    director = signed_in(world.director)
    assert director.get(f"mentorship/sessions/{session.pk}/")[0] == 200
    assert refusal(act(director, session, "cancel")) == (404, "not_found", [])


# --- moving ------------------------------------------------------------------------------------
def test_moving_a_session_frees_the_old_time_and_asks_the_other_one(
    pair: Pair, world: World
) -> None:
    session = session_in(SessionState.CONFIRMED, pair.match)
    old, new = session.starts_at, ahead(days=4)
    status, moved = act(pair.mentor, session, "move", starts_at=iso(new))
    assert (status, moved["state"], moved["proposed_by"]) == (200, "requested", "mentor")
    assert (moved["starts_at"], moved["sequence"]) == (iso(new), 2)
    offered = free_slots(world.mentor.mentor_profile, old, old + timedelta(minutes=1))
    assert [slot.starts_at for slot in offered] == [old]
    assert act(pair.learner, session, "confirm")[0] == 200


def test_a_move_to_a_taken_time_changes_nothing(pair: Pair) -> None:
    session = session_in(SessionState.CONFIRMED, pair.match)
    taken = session_in(SessionState.REQUESTED, pair.match, ahead(days=5))
    forget_appended()
    answer = act(pair.learner, session, "move", starts_at=iso(taken.starts_at))
    assert refusal(answer) == (409, "time_taken", [])
    session.refresh_from_db()
    assert (session.state, session.starts_at, session.sequence) == ("confirmed", ahead(), 1)
    assert appended() == []


def test_a_session_moves_to_a_time_that_overlaps_its_own(pair: Pair) -> None:
    session = session_in(SessionState.CONFIRMED, pair.match)
    later = session.starts_at + timedelta(minutes=30)
    assert act(pair.mentor, session, "move", starts_at=iso(later))[0] == 200


def test_a_move_with_an_old_tag_is_refused(pair: Pair) -> None:
    session = session_in(SessionState.CONFIRMED, pair.match)
    headers = {"Content-Type": "application/json", "If-Match": f'"{session.pk}-1"'}
    path = f"mentorship/sessions/{session.pk}/move/"
    answer = pair.learner.call("POST", path, {"starts_at": iso(ahead(4))}, headers)
    assert refusal(answer) == (412, "precondition_failed", [])


# --- states ------------------------------------------------------------------------------------
ACTIONS = {"move", "confirm", "cancel", "attendance"}
POSSIBLE = {
    SessionState.REQUESTED: {"move", "confirm", "cancel"},
    SessionState.CONFIRMED: {"move", "cancel", "attendance"},
}


@pytest.mark.parametrize("action", sorted(ACTIONS))
@pytest.mark.parametrize("state", [*SessionState])
def test_each_action_is_possible_in_its_states_alone(
    pair: Pair, state: SessionState, action: str
) -> None:
    session = session_in(state, pair.match)
    if action == "attendance" and action in POSSIBLE.get(state, ()):
        begin(session)
    forget_appended()
    more = {
        "move": {"starts_at": iso(ahead(days=6))},
        "attendance": {"missed_by": "learner"},
    }
    before = Session.objects.values().get()
    answer = act(pair.mentor, session, action, **more.get(action, {}))
    if action in POSSIBLE.get(state, ()):
        assert answer[0] == 200
        assert len(appended()) == 1
    else:
        assert refusal(answer) == (409, "illegal_transition", [])
        assert Session.objects.values().get() == before
        assert appended() == []


@pytest.mark.parametrize("action", ["move", "cancel"])
def test_a_session_that_has_begun_is_neither_moved_nor_cancelled(pair: Pair, action: str) -> None:
    session = begin(session_in(SessionState.CONFIRMED, pair.match))
    body = {"starts_at": iso(ahead(4))} if action == "move" else {}
    assert refusal(act(pair.learner, session, action, **body)) == (409, "session_begun", [])


def test_nobody_confirms_a_session_through_a_block(pair: Pair, world: World) -> None:
    session = session_in(SessionState.REQUESTED, pair.match)
    block(user=world.learner, blocked_id=world.mentor.pk)
    forget_appended()
    assert refusal(act(pair.mentor, session, "confirm")) == (409, "blocked", [])
    session.refresh_from_db()
    assert session.state == SessionState.REQUESTED
    assert appended() == []


def test_attendance_is_recorded_by_the_mentor_once_the_session_has_begun(pair: Pair) -> None:
    session = session_in(SessionState.CONFIRMED, pair.match)
    held = {"missed_by": None}
    assert refusal(act(pair.mentor, session, "attendance", **held))[1] == "session_not_begun"
    begin(session)
    assert refusal(act(pair.learner, session, "attendance", **held))[0] == 403
    status, found = act(pair.mentor, session, "attendance", missed_by="mentor")
    assert (status, found["state"], found["missed_by"]) == (200, "missed", "mentor")


def test_feedback_is_the_learners_and_hidden_from_the_mentor(pair: Pair) -> None:
    session = session_in(SessionState.HELD, pair.match)
    forget_appended()
    body = {"rating": 4, "text": "Clear answers."}
    assert refusal(act(pair.mentor, session, "feedback", **body))[0] == 403
    assert act(pair.learner, session, "feedback", **body)[0] == 200
    assert act(pair.learner, session, "feedback", rating=5)[1]["rating"] == 5
    assert SessionFeedback.objects.get().text == ""
    assert "rating" not in pair.mentor.get(f"mentorship/sessions/{session.pk}/")[1]
    assert appended() == []
    answer = act(pair.learner, session, "feedback", rating=6)
    assert refusal(answer) == (400, "invalid", [("rating", "out_of_range")])


def test_a_session_to_come_gets_no_feedback(pair: Pair) -> None:
    session = session_in(SessionState.CONFIRMED, pair.match)
    assert refusal(act(pair.learner, session, "feedback", rating=1)) == (409, "session_open", [])
    assert not SessionFeedback.objects.exists()


def test_the_learner_rates_a_session_of_which_the_mentor_records_nothing(pair: Pair) -> None:
    session = begin(session_in(SessionState.CONFIRMED, pair.match))
    assert refusal(act(pair.learner, session, "feedback", rating=4))[1] == "session_open"
    set_columns(session, ends_at=timezone.now())
    assert act(pair.learner, session, "feedback", rating=4)[0] == 200


# --- jobs --------------------------------------------------------------------------------------
def test_a_proposal_that_nobody_confirmed_in_time_is_cancelled(pair: Pair) -> None:
    session = begin(session_in(SessionState.REQUESTED, pair.match))
    schedule("mentorship.ends")
    run_jobs()
    session.refresh_from_db()
    assert session.state == SessionState.CANCELLED


def test_both_are_reminded_a_day_and_an_hour_before(pair: Pair, world: World) -> None:
    session_in(SessionState.CONFIRMED, pair.match)
    make_due()
    run_jobs()
    for user in (world.learner, world.mentor):
        kinds = {*notified(user)}
        assert {"mentorship.session_tomorrow", "mentorship.session_soon"} <= kinds


def test_nobody_is_reminded_of_a_session_that_was_moved(pair: Pair) -> None:
    session = session_in(SessionState.CONFIRMED, pair.match)
    act(pair.learner, session, "move", starts_at=iso(ahead(7)))
    make_due()
    run_jobs()
    assert not Notification.objects.filter(kind__endswith="tomorrow").exists()


def test_notices_show_the_time_by_the_clocks_of_both(world: World) -> None:
    learner = world.learner
    update_preferences(user=learner, time_zone="Asia/Kolkata", locale="fr")
    profile(world.mentor, time_zone="Africa/Nairobi")
    match = match_of(learner, world.mentor)
    session_in(SessionState.CONFIRMED, match, ahead(3, hour=20))
    day = ahead(3)
    (confirmed,) = (
        one["text"]
        for one in signed_in(learner).get("notifications/")[1]["results"]
        if one["kind"] == "mentorship.session_confirmed"
    )
    assert confirmed == (
        f"Elle commence le {day + timedelta(days=1):%d/%m/%Y}, 01:30 (Asia/Kolkata) / "
        f"{day:%d/%m/%Y}, 23:00 (Africa/Nairobi)."
    )
    proposed = signed_in(world.mentor).get("notifications/")[1]["results"][0]["text"]
    assert "01:30 (Asia/Kolkata) / " in proposed
    assert "UTC" not in proposed


# --- calendars ---------------------------------------------------------------------------------
def invitations(user: User) -> list[Calendar]:
    """In the mails to a user; each mail says the method of its calendar part, too."""
    found = []
    for sent in mail.outbox:
        for part in cast(Any, sent.message()).walk() if sent.to == [user.email] else ():
            if part.get_content_subtype() == "calendar":
                calendar = Calendar.from_ical(part.get_payload(decode=True))
                assert str(calendar["method"]) == part.get_param("method")
                found.append(calendar)
    return found


def test_calendars_get_the_same_uid_and_a_higher_sequence_with_each_change(
    world: World,
) -> None:
    learner = reader("amina", time_zone="Africa/Cairo")
    mentor = person("max", Role.MENTOR)
    User.objects.filter(pk=mentor.pk).update(email_verified_at=timezone.now())
    profile(mentor, time_zone="Europe/London")
    match = match_of(learner, mentor)
    session = session_in(SessionState.REQUESTED, match)
    run_jobs()
    act(signed_in(mentor), session, "confirm")
    run_jobs()
    act(signed_in(learner), session, "move", starts_at=iso(ahead(8)))
    run_jobs()
    act(signed_in(mentor), session, "cancel")
    run_jobs()
    for user, zone in ((learner, "Africa/Cairo"), (mentor, "Europe/London")):
        found = invitations(user)
        events: list[Any] = [calendar.walk("VEVENT")[0] for calendar in found]
        assert [str(one["method"]) for one in found] == ["REQUEST"] * 3 + ["CANCEL"]
        assert {str(event["uid"]) for event in events} == {str(session.pk)}
        assert [event["sequence"] for event in events] == [0, 1, 2, 3]
        statuses = [str(event["status"]) for event in events]
        assert statuses == ["TENTATIVE", "CONFIRMED", "TENTATIVE", "CANCELLED"]
        assert {event["dtstart"].params["TZID"] for event in events} == {zone}
        assert [event["dtstart"].dt for event in events[1:3]] == [ahead(), ahead(8)]
    texts = [str(one.message()) for one in mail.outbox if one.to == [learner.email]]
    assert not any(mentor.email in text for text in texts)


def test_an_address_that_nobody_verified_gets_no_calendar_mail(pair: Pair) -> None:
    session_in(SessionState.CONFIRMED, pair.match)
    run_jobs()
    assert mail.outbox == []


def test_open_states_take_time() -> None:
    assert {*OPEN_SESSIONS} == {*POSSIBLE}
