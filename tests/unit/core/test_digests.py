"""The weekly digest: on Monday morning in the user's zone, of what is unread, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.services import schedule
from core.notifications.digests import add_due_digests, due_week
from core.notifications.models import Channel, Digest, Notification
from core.notifications.preferences import replace_preferences
from core.users.models import User
from core.users.services import update_user
from tests.unit.core.notified import QUIET_KIND, notify_of, reader, run_jobs

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, MONDAY)


def set_clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def unread(user: User, *subjects: str) -> None:
    """Notified two days ago, and nothing of it sent out."""
    for subject in subjects:
        notify_of(user, subject)
    rows = Notification.objects.filter(user=user, subject__in=subjects)
    rows.update(created_at=timezone.now() - timedelta(days=2))
    Job.objects.all().delete()


def send_digests() -> int:
    added = add_due_digests(timezone.now(), 100)
    run_jobs()
    return added


@pytest.mark.parametrize(
    ("zone", "moment", "week"),
    [
        ("UTC", "2026-06-01T07:59", None),
        ("UTC", "2026-06-01T08:00", date(2026, 6, 1)),
        ("UTC", "2026-06-01T23:59", date(2026, 6, 1)),
        ("UTC", "2026-06-02T08:00", None),
        ("Africa/Nairobi", "2026-06-01T05:00", date(2026, 6, 1)),
        ("Africa/Nairobi", "2026-06-01T04:59", None),
        ("America/New_York", "2026-06-01T12:00", date(2026, 6, 1)),
        ("Pacific/Kiritimati", "2026-05-31T18:00", date(2026, 6, 1)),
        # The clock went forward the night before.
        ("Europe/Berlin", "2026-03-30T06:00", date(2026, 3, 30)),
        ("Europe/Berlin", "2026-03-23T06:00", None),
    ],
)
def test_a_digest_is_due_on_monday_morning_where_the_user_is(
    zone: str, moment: str, week: date | None
) -> None:
    assert due_week(ZoneInfo(zone), datetime.fromisoformat(moment).replace(tzinfo=UTC)) == week


def test_a_digest_names_what_is_unread_once_a_week(
    mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = reader()
    unread(user, "1", "2", "3")
    Notification.objects.filter(subject="3").update(read_at=timezone.now())
    assert send_digests() == 1
    (mail,) = mailoutbox
    assert mail.to == [user.email]
    assert mail.subject == "2 unread notifications at Ongoza CyberHub"
    assert mail.body.count("- You have a mentor") == 2
    set_clock(monkeypatch, MONDAY + timedelta(hours=5))
    assert send_digests() == 0
    set_clock(monkeypatch, MONDAY + timedelta(days=7))
    assert send_digests() == 0  # the same are not named again
    unread(user, "4")
    assert send_digests() == 1
    assert mailoutbox[-1].subject == "1 unread notification at Ongoza CyberHub"


@pytest.mark.parametrize(("locale", "words"), [("fr", "non lues (1)"), ("sw", "hujasoma (1)")])
def test_a_digest_is_in_the_language_of_the_user(
    mailoutbox: list[EmailMessage], locale: str, words: str
) -> None:
    unread(reader(locale=locale), "1")
    send_digests()
    assert words in mailoutbox[0].subject


def test_nothing_unread_is_no_mail(mailoutbox: list[EmailMessage]) -> None:
    user = reader()
    assert send_digests() == 0
    unread(user, "1")
    add_due_digests(MONDAY, 100)
    Notification.objects.update(read_at=timezone.now())
    run_jobs()
    assert mailoutbox == []


def test_kinds_that_the_user_hides_are_not_named(mailoutbox: list[EmailMessage]) -> None:
    user = reader()
    unread(user, "1")
    hidden = {"kind": QUIET_KIND, "channels": [Channel.MAIL]}
    replace_preferences(user=user, weekly_digest=True, kinds=[hidden])  # type: ignore[list-item]
    send_digests()
    assert mailoutbox == []


def test_who_wants_no_digest_gets_none(mailoutbox: list[EmailMessage]) -> None:
    off, later_off, unverified, inactive = (reader(name) for name in "abcd")
    for user in (off, later_off, unverified, inactive):
        unread(user, "1")
    replace_preferences(user=off, weekly_digest=False, kinds=[])
    User.objects.filter(pk=unverified.pk).update(email_verified_at=None)
    update_user(user_id=inactive.id, is_active=False)
    assert add_due_digests(MONDAY, 100) == 1
    replace_preferences(user=later_off, weekly_digest=False, kinds=[])
    run_jobs()
    assert mailoutbox == []


def test_each_zone_has_its_own_monday(
    mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    unread(reader("nairobi", time_zone="Africa/Nairobi"), "1")
    unread(reader("new-york", time_zone="America/New_York"), "1")
    unread(reader("london", time_zone="Europe/London"), "1")
    added = []
    for hour in (5, 8, 12):
        set_clock(monkeypatch, MONDAY.replace(hour=hour))
        added.append(send_digests())
    assert added == [1, 1, 1]
    assert [mail.to[0].partition("@")[0] for mail in mailoutbox] == [
        "nairobi",
        "london",
        "new-york",
    ]


def test_a_digest_waits_for_the_end_of_quiet_hours() -> None:
    unread(reader(quiet_from=time(20), quiet_until=time(9, 15)), "1")
    add_due_digests(MONDAY, 100)
    assert Job.objects.get().due_at == MONDAY.replace(hour=9, minute=15)


@pytest.mark.django_db(transaction=True)
def test_several_workers_add_one_digest(mailoutbox: list[EmailMessage]) -> None:
    unread(reader(), "1")

    def add(_: int) -> None:
        try:
            add_due_digests(MONDAY, 100)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        [*threads.map(add, range(8))]
    run_jobs()
    assert (Digest.objects.count(), len(mailoutbox)) == (1, 1)


def test_the_hourly_job_adds_digests(mailoutbox: list[EmailMessage]) -> None:
    unread(reader(), "1")
    schedule("notifications.digests")
    run_jobs()
    assert len(mailoutbox) == 1


def test_more_readers_need_no_more_queries_but_their_jobs() -> None:
    counts = []
    for names in ("a", "bcdef"):
        for name in names:
            unread(reader(name, time_zone="UTC"), "1")
        with CaptureQueriesContext(connection) as queries:
            assert add_due_digests(MONDAY, 100) == len(names)
        counts.append(sum("jobs_job" not in query["sql"] for query in queries))
    assert counts[0] == counts[1]
