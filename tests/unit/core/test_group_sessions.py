"""Group sessions: who sees them, who gets a seat, and that no seat is given twice."""

from datetime import date, timedelta
from typing import Any

import pytest

from core.mentorship.blocks import block
from core.mentorship.conversation_models import GroupSeat, GroupSession
from core.mentorship.models import Session
from core.notifications.models import Notification
from core.users.models import Minor
from ongoza_contracts.mentorship import SessionState
from ongoza_contracts.vocabulary import Role
from tests.unit.core.mentor_rows import ahead, match_of, profile, session_in
from tests.unit.core.notified import make_due, notified, run_jobs
from tests.unit.core.school import ABSENT, World
from tests.unit.core.world import Caller, appended, forget_appended, person, refusal, signed_in

pytestmark = pytest.mark.django_db

GROUPS = "mentorship/groups/"
REMINDERS = {"mentorship.session_tomorrow", "mentorship.session_soon"}


@pytest.fixture
def mara(world: World) -> Caller:
    profile(world.mentor)
    forget_appended()
    return signed_in(world.mentor)


@pytest.fixture
def lena(world: World) -> Caller:
    return signed_in(world.learner)


def request(**changes: Any) -> dict[str, Any]:
    starts_at = ahead(4)
    return {
        "title": "Capture the flag",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
        "time_zone": "Africa/Cairo",
        "seats": 1,
        **changes,
    }


def opened(mara: Caller, **changes: Any) -> dict[str, Any]:
    status, body = mara.post(GROUPS, request(**changes))
    assert status == 201, body
    return dict(body)


def begin(group: dict[str, Any]) -> None:
    row = GroupSession.objects.get(pk=group["id"])
    row.starts_at -= timedelta(days=30)
    row.save()


def seats(group: dict[str, Any]) -> str:
    return f"{GROUPS}{group['id']}/seats/"


def test_learners_of_the_mentors_organization_take_seats_until_none_is_left(
    mara: Caller, lena: Caller, world: World
) -> None:
    other = signed_in(person("other", Role.LEARNER, world.school))
    forget_appended()
    group = opened(mara)
    assert (group["seats"], group["taken"], group["has_seat"]) == (1, 0, False)
    taken = lena.call("POST", seats(group))
    assert taken == (200, {**group, "taken": 1, "has_seat": True})
    assert lena.call("POST", seats(group)) == taken
    assert refusal(other.call("POST", seats(group))) == (409, "no_seat_left", [])
    assert lena.call("DELETE", seats(group)) == (204, None)
    assert other.call("POST", seats(group))[0] == 200
    assert GroupSeat.objects.count() == 1
    assert appended() == []


def test_strangers_see_no_group_session_and_the_mentor_takes_no_seat(
    mara: Caller, lena: Caller, world: World
) -> None:
    group = opened(mara)
    for caller in (signed_in(world.foreign), signed_in(world.foreign_mentor)):
        assert caller.get(GROUPS)[1]["results"] == []
        assert refusal(caller.get(f"{GROUPS}{group['id']}/")) == ABSENT
        assert refusal(caller.call("POST", seats(group))) == ABSENT
        assert refusal(caller.call("POST", f"{GROUPS}{group['id']}/cancel/")) == ABSENT
    assert refusal(mara.call("POST", seats(group))) == ABSENT
    assert refusal(lena.call("POST", f"{GROUPS}{group['id']}/cancel/")) == ABSENT
    assert mara.get(GROUPS)[1]["results"] == lena.get(GROUPS)[1]["results"] == [group]
    assert not GroupSeat.objects.exists()


def test_group_sessions_are_listed_by_their_start(mara: Caller, lena: Caller) -> None:
    later = opened(mara)
    first, hour = ahead(3), timedelta(hours=1)
    earlier = opened(mara, starts_at=first.isoformat(), ends_at=(first + hour).isoformat())
    for path in (GROUPS, f"{GROUPS}?page=1"):
        assert mara.get(path)[1]["results"] == lena.get(path)[1]["results"] == [earlier, later]


def test_a_mentee_of_another_organization_sees_it(mara: Caller, world: World) -> None:
    mentor = person("global", Role.MENTOR)
    match_of(world.foreign, mentor)
    group = opened(signed_in(mentor))
    assert signed_in(world.foreign).call("POST", seats(group))[0] == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"starts_at": "2020-01-01T09:00:00Z"}, "bad_times"),
        ({"ends_at": "2020-01-01T09:00:00Z"}, "bad_times"),
        ({"ends_at": "2999-01-01T09:00:00Z"}, "bad_times"),
        (
            {"starts_at": "9999-12-31T20:00:00Z", "ends_at": "9999-12-31T21:00:00Z"},
            "bad_times",
        ),
        (
            {"starts_at": ahead(91).isoformat(), "ends_at": ahead(91, hour=10).isoformat()},
            "bad_times",
        ),
        ({"seats": 0}, "invalid"),
        ({"time_zone": "Mars/Base"}, "invalid"),
    ],
    ids=["past", "backwards", "long", "last-year", "far", "no-seat", "zone"],
)
def test_a_malformed_group_session_is_refused(
    changes: dict[str, Any], code: str, mara: Caller
) -> None:
    assert refusal(mara.post(GROUPS, request(**changes)))[:2] == (400, code)
    assert not GroupSession.objects.exists()


def test_only_users_with_a_mentors_profile_open_one(lena: Caller, director: Caller) -> None:
    for caller in (lena, director):
        assert refusal(caller.post(GROUPS, request())) == ABSENT
    assert not GroupSession.objects.exists()


def test_a_mentor_is_not_booked_twice(mara: Caller, lena: Caller, world: World) -> None:
    match = match_of(world.learner, world.mentor)
    session = session_in(SessionState.REQUESTED, match)
    times = {"starts_at": session.starts_at.isoformat(), "ends_at": session.ends_at.isoformat()}
    assert refusal(mara.post(GROUPS, request(**times))) == (409, "time_taken", [])
    group = opened(mara)
    body = {"match": str(match.pk), "starts_at": group["starts_at"]}
    status, refused = lena.post("mentorship/sessions/", body)
    assert (status, refused["code"]) == (409, "time_taken")
    assert Session.objects.count() == 1
    mara.call("POST", f"{GROUPS}{group['id']}/cancel/")
    assert lena.post("mentorship/sessions/", body)[0] == 201


def test_a_learner_takes_no_seat_at_the_time_of_another_session(
    mara: Caller, lena: Caller, world: World
) -> None:
    group = opened(mara)
    other = person("max", Role.MENTOR)
    session_in(SessionState.REQUESTED, match_of(world.learner, other), ahead(4))
    forget_appended()
    assert refusal(lena.call("POST", seats(group))) == (409, "time_taken", [])
    assert not GroupSeat.objects.exists()


def test_a_cancelled_group_session_is_closed_and_notifies_who_has_a_seat(
    mara: Caller, lena: Caller, world: World
) -> None:
    group = opened(mara)
    lena.call("POST", seats(group))
    cancelled = mara.call("POST", f"{GROUPS}{group['id']}/cancel/")
    assert cancelled[1]["cancelled_at"] is not None
    assert mara.call("POST", f"{GROUPS}{group['id']}/cancel/") == cancelled
    run_jobs()
    assert notified(world.learner).count("mentorship.group_cancelled") == 1
    assert refusal(lena.call("DELETE", seats(group))) == (409, "group_closed", [])
    other = signed_in(person("other", Role.LEARNER, world.school))
    assert refusal(other.call("POST", seats(group))) == (409, "group_closed", [])


def test_nobody_comes_or_leaves_once_it_has_begun(mara: Caller, lena: Caller) -> None:
    group = opened(mara)
    begin(group)
    assert refusal(lena.call("POST", seats(group))) == (409, "group_closed", [])
    assert refusal(mara.call("POST", f"{GROUPS}{group['id']}/cancel/"))[1] == "group_closed"
    assert not GroupSeat.objects.exists()


def test_a_minor_takes_a_seat_with_a_guardians_consent_alone(
    mara: Caller, lena: Caller, world: World
) -> None:
    group = opened(mara)
    minor = Minor.objects.create(user=world.learner, adult_from=date(2999, 1, 1))
    assert refusal(lena.call("POST", seats(group))) == (403, "guardian_consent_required", [])
    assert not GroupSeat.objects.exists()
    minor.delete()
    assert lena.call("POST", seats(group))[0] == 200


def test_a_block_keeps_the_learner_out(mara: Caller, lena: Caller, world: World) -> None:
    group = opened(mara)
    block(user=world.mentor, blocked_id=world.learner.pk)
    assert refusal(lena.call("POST", seats(group))) == (409, "blocked", [])
    assert not GroupSeat.objects.exists()


def test_the_mentor_and_who_has_a_seat_are_reminded_a_day_and_an_hour_before(
    mara: Caller, lena: Caller, world: World
) -> None:
    group = opened(mara, seats=2)
    other = person("other", Role.LEARNER, world.school)
    for caller in (lena, signed_in(other)):
        assert caller.call("POST", seats(group))[0] == 200
    assert signed_in(other).call("DELETE", seats(group))[0] == 204
    run_jobs()
    assert not Notification.objects.filter(kind__in=REMINDERS).exists()
    make_due()
    run_jobs()
    for user in (world.learner, world.mentor):
        assert {*notified(user)} >= REMINDERS
    assert notified(other) == []
    shown = lena.get("notifications/")[1]["results"]
    assert all(" (Africa/Cairo)." in one["text"] for one in shown if one["kind"] in REMINDERS)


def test_nobody_is_reminded_of_a_group_session_that_was_cancelled_or_has_begun(
    mara: Caller, lena: Caller, world: World
) -> None:
    cancelled = opened(mara)
    lena.call("POST", seats(cancelled))
    mara.call("POST", f"{GROUPS}{cancelled['id']}/cancel/")
    begun = opened(mara, starts_at=ahead(5).isoformat(), ends_at=ahead(5, hour=10).isoformat())
    lena.call("POST", seats(begun))
    begin(begun)
    make_due()
    run_jobs()
    assert GroupSeat.objects.count() == 2
    assert not Notification.objects.filter(kind__in=REMINDERS).exists()
