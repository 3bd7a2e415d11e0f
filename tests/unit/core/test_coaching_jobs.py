"""Reminders of habits and the week in numbers: when they go out, once, and to whom they do not."""

import zoneinfo
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.coaching import jobs as coaching_jobs
from core.coaching.habits import log_day, pause_habit, update_habit
from core.coaching.models import Goal, Habit, WeekSummary
from core.coaching.notifications import HABIT_DUE, WEEK
from core.coaching.reminders import send_due
from core.coaching.weeks import add_summaries
from core.jobs.services import schedule
from core.notifications.models import Digest, Notification
from core.notifications.preferences import replace_preferences
from core.progress.services import report_progress
from core.users.models import User
from core.users.preferences import update_preferences
from ongoza_contracts.vocabulary import ContentType, ProgressStatus
from tests.unit.core.coaching_rows import at, habit_of
from tests.unit.core.notified import notified, reader, run_jobs
from tests.unit.core.world import item, signed_in

pytestmark = pytest.mark.django_db

NAIROBI = "Africa/Nairobi"
EVENING = time(19, 30)


def run_kind(kind: str) -> None:
    schedule(kind)
    run_jobs()


# --- reminders -----------------------------------------------------------------------------------
@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> User:
    at(monkeypatch, "2026-06-01T09:00")  # noon on a Monday in Nairobi
    return reader(time_zone=NAIROBI)


def remind(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    at(monkeypatch, moment)
    run_kind("coaching.reminders")


def test_a_reminder_goes_out_at_its_time_each_day_with_the_streak(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = signed_in(user)
    body = {"title": "Read", "schedule": "daily", "reminder_at": "19:30"}
    habit = caller.post("coaching/habits/", body)[1]
    assert habit["reminder_at"] == "19:30"
    log_day(user=user, habit_id=habit["id"], state="done")
    remind(monkeypatch, "2026-06-01T16:31")  # it is done
    remind(monkeypatch, "2026-06-02T16:29")
    assert notified(user) == []
    remind(monkeypatch, "2026-06-02T16:31")
    remind(monkeypatch, "2026-06-02T16:36")
    assert notified(user) == [HABIT_DUE]
    (shown,) = signed_in(user).get("notifications/")[1]["results"]
    assert shown["text"] == '"Read" is not recorded for today yet. Your streak: 1.'
    row = Habit.objects.get()
    assert row.reminder_due_at == datetime(2026, 6, 3, 16, 30, tzinfo=UTC)
    assert row.version == 1
    remind(monkeypatch, "2026-06-03T16:30")
    assert notified(user) == [HABIT_DUE, HABIT_DUE]


def test_a_reminder_goes_out_by_the_clock_of_a_new_time_zone(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    habit = habit_of(user, reminder_at=EVENING)
    none, other = habit_of(user), habit_of(reader("baraka"), reminder_at=EVENING)
    update_preferences(user=user, time_zone="Europe/London")
    due = {one.pk: one.reminder_due_at for one in Habit.objects.all()}
    evening = datetime(2026, 6, 1, 18, 30, tzinfo=UTC)
    assert due == {habit.pk: evening, none.pk: None, other.pk: other.reminder_due_at}
    assert Habit.objects.get(pk=habit.pk).version == habit.version
    remind(monkeypatch, "2026-06-01T16:31")
    assert notified(user) == []
    remind(monkeypatch, "2026-06-01T18:31")
    assert notified(user) == [HABIT_DUE]


def test_reminders_that_are_not_due_cost_as_many_queries_for_many_habits(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = []
    for number in (1, 4):
        at(monkeypatch, f"2026-06-0{number}T09:00")
        for _ in range(number):
            habit_of(user, reminder_at=EVENING)
        for habit in Habit.objects.all():
            log_day(user=user, habit_id=habit.pk, state="done")
        at(monkeypatch, f"2026-06-0{number}T16:31")
        with CaptureQueriesContext(connection) as queries:
            assert send_due(timezone.now(), 100) > 0
        costs.append(len(queries))
    assert costs[0] == costs[1]


def asks_none(user: User) -> None:
    habit_of(user)


def asks_no_more(user: User) -> None:
    habit = habit_of(user, reminder_at=EVENING)
    update_habit(user=user, habit_id=habit.pk, reminder_at=None)


def archived(user: User) -> None:
    habit = habit_of(user, reminder_at=EVENING)
    update_habit(user=user, habit_id=habit.pk, state="archived")


def paused(user: User) -> None:
    habit = habit_of(user, reminder_at=EVENING)
    pause_habit(user=user, habit_id=habit.pk, first_day=date(2026, 6, 1))


def another_day(user: User) -> None:
    habit_of(
        user,
        schedule="weekdays",
        weekdays=[2],
        reminder_at=EVENING,
    )


@pytest.mark.parametrize(
    "make", [asks_none, asks_no_more, archived, paused, another_day], ids=lambda f: f.__name__
)
def test_nobody_is_reminded_of_what_is_not_due_or_without_asking(
    make: Any, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(user)
    remind(monkeypatch, "2026-06-01T16:31")
    assert notified(user) == []


def test_many_reminders_go_out_in_several_jobs(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coaching_jobs, "BATCH", 2)
    for _ in range(5):
        habit_of(user, reminder_at=EVENING)
    remind(monkeypatch, "2026-06-01T16:31")
    assert notified(user) == [HABIT_DUE] * 5


# --- the week ------------------------------------------------------------------------------------
def completed(user: User, content_id: str, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    at(monkeypatch, moment)
    item(content_id)
    report_progress(
        user=user,
        content_id=content_id,
        content_type=ContentType.COURSE,
        status=ProgressStatus.COMPLETED,
    )


def a_week(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two days of a habit, one of them on the last Monday; one item in the week, two just outside
    of it; a goal within the next week and one after it."""
    at(monkeypatch, "2026-06-02T09:00")
    habit = habit_of(user)
    for day, state in ((1, "done"), (2, "skipped")):
        log_day(user=user, habit_id=habit.pk, state=state, local_date=date(2026, 6, day))
    at(monkeypatch, "2026-06-07T09:00")
    log_day(user=user, habit_id=habit.pk, state="done")
    completed(user, "course-1", monkeypatch, "2026-05-31T20:59")  # Sunday in Nairobi
    completed(user, "course-2", monkeypatch, "2026-05-31T21:00")  # Monday there
    completed(user, "course-3", monkeypatch, "2026-06-07T21:00")
    for day in (14, 15):
        Goal.objects.create(user=user, title="Pass", target_date=date(2026, 6, day))


def test_the_week_in_numbers_goes_out_once_on_monday_morning_where_the_user_is(
    user: User, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    a_week(user, monkeypatch)
    at(monkeypatch, "2026-06-08T04:59")
    run_kind("coaching.weeks")
    assert WEEK not in notified(user)
    for moment in ("2026-06-08T05:00", "2026-06-08T09:00", "2026-06-09T05:00"):
        at(monkeypatch, moment)
        run_kind("coaching.weeks")
    summary = WeekSummary.objects.get()
    counts = (summary.habits_done, summary.goals_near, summary.items_completed)
    assert (summary.week, counts) == (date(2026, 6, 8), (2, 1, 1))
    assert notified(user).count(WEEK) == 1
    (mail,) = [one for one in mailoutbox if "week" in one.subject]
    assert "habits done 2 times, items completed: 1. Goals that are due this week: 1." in mail.body


def test_the_week_in_numbers_brings_no_digest_of_itself(
    user: User, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    a_week(user, monkeypatch)
    Notification.objects.all().delete()
    at(monkeypatch, "2026-06-08T05:00")
    for kind in ("coaching.weeks", "notifications.digests", "coaching.weeks"):
        run_kind(kind)
    assert notified(user) == [WEEK]
    assert len(mailoutbox) == 1
    assert not Digest.objects.exists()


def test_a_time_zone_that_only_python_knows_keeps_no_summary_back(
    user: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "Newer").write_bytes(zone_file(NAIROBI).read_bytes())
    path = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[*path, str(tmp_path)])
    try:
        stranger = reader("baraka", time_zone="Newer")
        a_week(user, monkeypatch)
        completed(stranger, "course-4", monkeypatch, "2026-05-31T21:00")
        at(monkeypatch, "2026-06-08T05:00")
        run_kind("coaching.weeks")
    finally:
        zoneinfo.reset_tzpath(to=path)
    assert {one.user_id for one in WeekSummary.objects.all()} == {user.pk, stranger.pk}


def zone_file(name: str) -> Path:
    return next(found for one in zoneinfo.TZPATH if (found := Path(one, name)).exists())


@pytest.mark.parametrize(
    ("locale", "words"), [("fr", "Votre semaine en chiffres"), ("sw", "Wiki yako kwa takwimu")]
)
def test_the_week_is_in_the_language_of_the_user(
    locale: str, words: str, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_preferences(user=user, locale=locale)
    a_week(user, monkeypatch)
    at(monkeypatch, "2026-06-08T05:00")
    run_kind("coaching.weeks")
    titles = [one["title"] for one in signed_in(user).get("notifications/")[1]["results"]]
    assert words in titles


def test_nobody_is_notified_of_an_empty_week_or_against_their_wish(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = reader("baraka", time_zone=NAIROBI)
    a_week(other, monkeypatch)
    replace_preferences(user=other, weekly_digest=False, kinds=[])
    at(monkeypatch, "2026-06-08T05:00")
    run_kind("coaching.weeks")
    assert not WeekSummary.objects.exists()
    assert not Notification.objects.filter(kind=WEEK).exists()


def test_all_users_have_their_turn_though_most_have_nothing_to_tell(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coaching_jobs, "BATCH", 2)
    readers = [reader(f"reader-{number}", time_zone=NAIROBI) for number in range(5)]
    a_week(readers[-1], monkeypatch)
    at(monkeypatch, "2026-06-08T05:00")
    run_kind("coaching.weeks")
    assert [one.user_id for one in WeekSummary.objects.all()] == [readers[-1].pk]


def test_more_users_cost_no_more_queries_to_look_at(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, "2026-06-08T05:00")
    costs = []
    for name in ("baraka", "chiku"):
        reader(name, time_zone=NAIROBI)
        with CaptureQueriesContext(connection) as queries:
            add_summaries(timezone.now(), 0, 100)
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert send_due(timezone.now(), 100) == 0
