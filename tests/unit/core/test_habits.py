"""Habits of learners and their days: what is stored, published and refused."""

from typing import Any

import pytest

from core.coaching.habits import MAX_ACTIVE
from core.coaching.models import Habit, HabitEntry
from core.users.models import User
from core.users.preferences import update_preferences
from tests.unit.core.coaching_rows import HABITS, at, habit_of, habit_request
from tests.unit.core.world import Caller, appended, forget_appended, person, refusal, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> User:
    at(monkeypatch, "2026-06-08T09:00")  # a Monday
    found = person("amina")
    forget_appended()
    return found


@pytest.fixture
def amina(user: User) -> Caller:
    return signed_in(user)


def habit(caller: Caller, **changes: Any) -> str:
    status, body = caller.post(HABITS, habit_request(**changes))
    assert status == 201
    return f"{HABITS}{body['id']}/"


def log(caller: Caller, path: str, state: str, day: str | None = None) -> Any:
    """The answer to a log entry."""
    return caller.post(f"{path}log/", {"state": state, **({"local_date": day} if day else {})})


def test_a_habit_is_set_changed_archived_and_published_without_its_title(amina: Caller) -> None:
    status, body = amina.post(HABITS, habit_request(schedule="weekdays", weekdays=[5, 1, 5]))
    shown = {name: body[name] for name in ("schedule", "times_a_week", "weekdays", "starts_on")}
    assert status == 201
    assert shown == {
        "schedule": "weekdays",
        "times_a_week": None,
        "weekdays": [1, 5],
        "starts_on": "2026-06-08",
    }
    assert (body["streak"], body["best_streak"], body["strength"]) == (0, 0, 0.0)
    path = f"{HABITS}{body['id']}/"
    change = {"schedule": "times_a_week", "times_a_week": 3}
    changed = amina.call("PATCH", path, change)[1]
    assert (changed["times_a_week"], changed["weekdays"]) == (3, [])
    assert amina.call("PATCH", path, {"title": "Another"})[1]["schedule"] == "times_a_week"
    assert amina.call("PATCH", path, {"state": "archived"})[1]["state"] == "archived"
    assert amina.get(f"{HABITS}?state=active")[1]["results"] == []
    assert amina.get(HABITS)[1]["results"] == [amina.get(path)[1]]
    assert appended() == [("habit.updated", body["id"], n) for n in (1, 2, 3, 4)]


def test_a_change_that_changes_nothing_publishes_nothing(amina: Caller) -> None:
    path = habit(amina)
    forget_appended()
    assert amina.call("PATCH", path, habit_request())[0] == 200
    assert amina.call("PATCH", path, {"state": "active"})[0] == 200
    assert appended() == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title": ""}, {"title"}),
        ({"schedule": "hourly"}, {"schedule"}),
        ({"schedule": "times_a_week"}, {"times_a_week"}),
        ({"schedule": "times_a_week", "times_a_week": 8}, {"times_a_week"}),
        ({"schedule": "weekdays", "weekdays": []}, {"weekdays"}),
        ({"schedule": "weekdays", "weekdays": [0]}, {"weekdays.0"}),
        ({"schedule": "weekdays", "times_a_week": 3}, {"weekdays", "times_a_week"}),
        ({"times_a_week": 3}, {"times_a_week"}),
        ({"reminder_at": "25:00"}, {"reminder_at"}),
        ({"state": "archived"}, {"state"}),
    ],
)
def test_a_malformed_habit_is_refused(
    changes: dict[str, Any], fields: set[str], amina: Caller
) -> None:
    status, _, refused = refusal(amina.post(HABITS, habit_request(**changes)))
    assert (status, {name for name, _ in refused}) == (400, fields)
    assert (Habit.objects.count(), appended()) == (0, [])


def test_a_part_of_a_schedule_is_not_changed_alone(amina: Caller) -> None:
    path = habit(amina, schedule="times_a_week", times_a_week=3)
    answer = refusal(amina.call("PATCH", path, {"times_a_week": 2}))
    assert answer == (400, "invalid", [("times_a_week", "invalid")])


def test_there_are_so_many_active_habits_and_no_more(amina: Caller) -> None:
    paths = [habit(amina) for _ in range(MAX_ACTIVE)]
    assert refusal(amina.post(HABITS, habit_request()))[:2] == (409, "too_many_habits")
    assert amina.call("PATCH", paths[0], {"state": "archived"})[0] == 200
    habit(amina)
    reopened = amina.call("PATCH", paths[0], {"state": "active"})
    assert refusal(reopened)[:2] == (409, "too_many_habits")
    assert Habit.objects.filter(state="active").count() == MAX_ACTIVE


# --- days ----------------------------------------------------------------------------------------
def test_a_day_is_recorded_once_and_the_last_state_holds(amina: Caller, user: User) -> None:
    update_preferences(user=user, time_zone="Africa/Nairobi")
    path = habit(amina)
    forget_appended()
    status, body = log(amina, path, "done")
    assert (status, body["streak"], body["best_streak"], body["strength"]) == (200, 1, 1, 0.0519)
    key = f"{user.pk}:{body['id']}:2026-06-08"
    assert log(amina, path, "done", "2026-06-08")[1] == body
    assert appended() == [("habit_entry.updated", key, 1)]
    assert log(amina, path, "missed")[1]["streak"] == 0
    assert appended()[1:] == [("habit_entry.updated", key, 2)]
    (entry,) = amina.get(f"{path}log/")[1]["results"]
    assert (entry["local_date"], entry["state"]) == ("2026-06-08", "missed")
    assert entry["time_zone"] == "Africa/Nairobi"


def test_late_days_count_in_any_order(amina: Caller) -> None:
    path = habit(amina)
    for day in (8, 3, 6, 4, 2, 7, 1):
        assert log(amina, path, "done", f"2026-06-0{day}")[0] == 200
    body = log(amina, path, "skipped", "2026-06-05")[1]
    assert (body["streak"], body["best_streak"]) == (7, 7)
    assert log(amina, path, "missed", "2026-06-05")[1]["streak"] == 3


@pytest.mark.parametrize("day", ["2026-05-31", "2026-06-09", "2020-01-01"])
def test_older_days_and_days_to_come_are_refused(day: str, amina: Caller) -> None:
    path = habit(amina)
    forget_appended()
    assert refusal(log(amina, path, "done", day)) == (400, "day_out_of_range", [])
    assert (HabitEntry.objects.count(), appended()) == (0, [])


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [
        ("UTC", 0, "2026-06-08"),
        ("UTC", 2, "2026-06-07"),
        ("Africa/Nairobi", 4, "2026-06-08"),
        ("Africa/Nairobi", 5, "2026-06-07"),
        ("America/New_York", 0, "2026-06-07"),
        ("Pacific/Kiritimati", 12, "2026-06-08"),
    ],
)
def test_a_day_begins_at_the_hour_and_in_the_zone_of_the_user(
    zone: str, hour: int, day: str, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, "2026-06-08T01:30")
    caller = signed_in(user)
    change = {"time_zone": zone, "day_start_hour": hour}
    assert caller.call("PATCH", "users/me/preferences/", change)[0] == 200
    log(caller, habit(caller), "done")
    assert [str(one.local_date) for one in HabitEntry.objects.all()] == [day]


def test_a_flight_changes_no_day_that_is_recorded(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_preferences(user=user, time_zone="Africa/Nairobi")
    at(monkeypatch, "2026-06-08T22:30")  # Tuesday in Nairobi
    caller = signed_in(user)
    path = habit(caller)
    log(caller, path, "done")
    update_preferences(user=user, time_zone="America/New_York")  # where it is still Monday
    assert log(caller, path, "done")[1]["streak"] == 2
    found = {str(one.local_date): one.time_zone for one in HabitEntry.objects.all()}
    assert found == {"2026-06-09": "Africa/Nairobi", "2026-06-08": "America/New_York"}


def test_no_day_is_missed_while_a_habit_is_archived(
    amina: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = habit(amina)
    log(amina, path, "done")
    at(monkeypatch, "2026-06-09T09:00")
    (pause,) = amina.call("PATCH", path, {"state": "archived"})[1]["pauses"]
    assert (pause["first_day"], pause["last_day"]) == ("2026-06-09", None)
    at(monkeypatch, "2026-06-19T09:00")
    body = amina.call("PATCH", path, {"state": "active"})[1]
    assert (body["streak"], body["pauses"][0]["last_day"]) == (1, "2026-06-18")
    assert log(amina, path, "done")[1]["streak"] == 2


def test_a_habit_that_is_archived_and_reopened_on_one_day_is_due_on_it(amina: Caller) -> None:
    path = habit(amina)
    amina.call("PATCH", path, {"state": "archived"})
    assert amina.call("PATCH", path, {"state": "active"})[1]["pauses"] == []


def test_a_pause_that_lasts_is_ended_when_an_archived_habit_is_reopened(
    amina: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = habit(amina)
    for first_day in ("2026-06-08", "2026-07-01"):
        amina.post(f"{path}pauses/", {"first_day": first_day})
    assert len(amina.call("PATCH", path, {"state": "archived"})[1]["pauses"]) == 2
    at(monkeypatch, "2026-06-12T09:00")
    pauses = amina.call("PATCH", path, {"state": "active"})[1]["pauses"]
    assert [one["last_day"] for one in pauses] == ["2026-06-11", None]


def test_a_habit_that_is_archived_takes_no_days(amina: Caller) -> None:
    path = habit(amina)
    amina.call("PATCH", path, {"state": "archived"})
    forget_appended()
    assert refusal(log(amina, path, "done"))[:2] == (409, "habit_archived")
    assert (HabitEntry.objects.count(), appended()) == (0, [])


# --- pauses --------------------------------------------------------------------------------------
def pause(caller: Caller, path: str, first: str, last: str | None = None) -> Any:
    body = {"first_day": first, **({"last_day": last} if last else {})}
    return caller.post(f"{path}pauses/", body)


def test_a_pause_keeps_a_streak_until_it_is_ended(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = signed_in(user)
    path = habit(caller)
    log(caller, path, "done")
    status, body = pause(caller, path, "2026-06-09")
    (paused,) = body["pauses"]
    assert (status, paused["first_day"], paused["last_day"]) == (201, "2026-06-09", None)
    at(monkeypatch, "2026-06-19T09:00")
    assert signed_in(user).get(path)[1]["streak"] == 1
    caller = signed_in(user)
    ended = caller.call("PATCH", f"{path}pauses/{paused['id']}/", {"last_day": "2026-06-18"})
    assert ended[1]["pauses"] == [{**paused, "last_day": "2026-06-18"}]
    assert log(caller, path, "done")[1]["streak"] == 2
    versions = [version for kind, _, version in appended() if kind == "habit.updated"]
    assert versions == [1, 2, 3]


@pytest.mark.parametrize(
    ("first", "last"), [("2026-05-31", None), ("2026-06-09", "2026-06-08")], ids=str
)
def test_a_pause_of_settled_days_or_of_none_is_refused(
    first: str, last: str | None, amina: Caller
) -> None:
    path = habit(amina)
    forget_appended()
    assert refusal(pause(amina, path, first, last)) == (400, "day_out_of_range", [])
    assert (Habit.objects.get().pauses.count(), appended()) == (0, [])


def test_the_end_of_a_pause_is_not_moved_over_settled_days(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = habit(signed_in(user))
    body = pause(signed_in(user), path, "2026-06-08", "2026-06-09")[1]
    at(monkeypatch, "2026-07-08T09:00")
    forget_appended()
    address = f"{path}pauses/{body['pauses'][0]['id']}/"
    moved = signed_in(user).call("PATCH", address, {"last_day": "2026-07-08"})
    assert refusal(moved) == (400, "day_out_of_range", [])
    assert appended() == []
    absent = signed_in(user).call("PATCH", f"{path}pauses/2147483647/", {"last_day": "2026-07-08"})
    assert absent[0] == 404


# --- others --------------------------------------------------------------------------------------
def test_a_habit_of_somebody_else_does_not_exist(user: User) -> None:
    own = habit_of(user)
    forget_appended()
    juma = signed_in(person("juma"))
    forget_appended()
    path = f"{HABITS}{own.pk}/"
    assert juma.get(HABITS)[1]["results"] == []
    answers = [
        juma.get(path),
        juma.call("PATCH", path, {"title": "x"}),
        juma.get(f"{path}log/"),
        log(juma, path, "done"),
        pause(juma, path, "2026-06-09"),
    ]
    assert [status for status, _ in answers] == [404] * 5
    assert appended() == []
