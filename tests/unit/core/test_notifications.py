"""The list of notifications: unique, one's own, read in batches, in the reader's language."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.erasure.services import erase_user
from core.jobs.models import Job
from core.jobs.services import run_due, schedule
from core.notifications import kinds
from core.notifications.models import (
    Delivery,
    Digest,
    KnownDevice,
    Notification,
    NotificationPreferences,
    PhoneNumber,
    PushSubscription,
)
from core.notifications.push_addresses import PushAddress, new_subscription
from core.notifications.registry import UnknownKind, declare, notification_kinds
from core.notifications.rendering import render
from core.notifications.services import notify
from core.organizations.models import Organization
from core.organizations.services import add_organization
from core.users.models import User
from core.users.preferences import update_preferences
from ongoza_contracts.vocabulary import Role
from tests.unit.core.notified import notified, notify_of, reader
from tests.unit.core.world import NOBODY, Caller, admin_site_client, person, refusal, signed_in

pytestmark = pytest.mark.django_db

LIST, READ = "notifications/", "notifications/read/"


@pytest.fixture
def user() -> User:
    return reader()


@pytest.fixture
def amina(user: User) -> Caller:
    return signed_in(user)


def subjects(caller: Caller, query: str = "") -> list[str]:
    status, page = caller.get(LIST + query)
    assert status == 200
    return [one["subject"] for one in page["results"]]


def unread(caller: Caller) -> int:
    status, body = caller.get("notifications/unread/")
    assert status == 200
    return int(body["unread"])


# --- adding ------------------------------------------------------------------------------------
def test_a_state_of_a_subject_is_notified_once(user: User) -> None:
    for _ in range(2):
        notify_of(user, "1", version=1)
    assert (Notification.objects.count(), Job.objects.count()) == (1, 1)
    notify_of(user, "1", version=2)
    notify_of(user, "2", version=1)
    notify_of(user, "1", version=1, kind=kinds.MEMBERSHIP_ENDED)
    notify_of(person("baraka"), "1", version=1)
    assert Notification.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_several_at_once_notify_once() -> None:
    user = reader()

    def add(_: int) -> None:
        try:
            notify_of(user)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        [*threads.map(add, range(24))]
    assert Notification.objects.count() == 1
    assert Job.objects.filter(kind="notifications.dispatch").count() == 1


def test_what_is_undone_notifies_nobody(user: User) -> None:
    with transaction.atomic():
        notify_of(user)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert not Job.objects.exists()


def test_an_unknown_kind_is_refused(user: User) -> None:
    with pytest.raises(UnknownKind):
        notify_of(user, kind="users.promoted")
    with pytest.raises(ValueError, match=kinds.NEW_DEVICE):
        declare(kinds.NEW_DEVICE)


# --- the list ----------------------------------------------------------------------------------
def test_the_list_has_one_s_own_the_newest_first(user: User, amina: Caller) -> None:
    for number in ("1", "2", "3"):
        notify_of(user, number)
    notify_of(person("baraka"), "4")
    assert subjects(amina) == ["3", "2", "1"]
    _, page = amina.get(LIST)
    assert page["count"] == 3
    newest = page["results"][0]
    assert UUID(newest["id"])
    assert (newest["kind"], newest["read_at"]) == (kinds.MENTOR_ASSIGNED, None)
    assert newest["title"] == "You have a mentor"
    assert newest["text"].startswith("A mentor was assigned to you")
    assert NOBODY.get(LIST)[0] == 401


def test_pages_follow_a_cursor(user: User, amina: Caller) -> None:
    for number in range(5):
        notify_of(user, str(number))
    _, first = amina.get(LIST + "?page_size=2")
    notify_of(user, "newer")
    following = first["next"].partition("/api/v1/")[2]
    assert subjects(Caller(amina.token), following.removeprefix(LIST)) == ["2", "1"]


def test_the_list_is_filtered_by_what_is_unread(user: User, amina: Caller) -> None:
    for number in ("1", "2"):
        notify_of(user, number)
    Notification.objects.filter(subject="1").update(read_at=timezone.now())
    assert subjects(amina, "?unread=true") == ["2"]
    assert subjects(amina, "?unread=false") == ["1"]
    assert (unread(amina), amina.get(LIST + "?unread=1")[0]) == (1, 400)


def test_a_text_is_in_the_reader_s_language_or_in_english(user: User, amina: Caller) -> None:
    notify_of(user)
    titles = {}
    for locale in ("en", "fr", "sw", "yo"):
        update_preferences(user=user, locale=locale)
        titles[locale] = amina.get(LIST)[1]["results"][0]["title"]
    english = "You have a mentor"
    assert titles == {
        "en": english,
        "fr": "Vous avez un mentor",
        "sw": "Una mshauri",
        "yo": english,
    }


def test_a_text_names_what_is_there_now_and_escapes_nothing(amina: Caller, user: User) -> None:
    school = add_organization(name="O'Hara & <Sons>", kind="school")
    granted = {"user": user.id, "role": "mentor", "scope": "organization"}
    admin = signed_in(person("ada", Role.ADMIN))
    assert admin.post("memberships/", {**granted, "organization": school.id})[0] == 201
    title = amina.get(LIST)[1]["results"][0]["title"]
    assert title == "You have a new role in O'Hara & <Sons>"
    Organization.objects.filter(pk=school.id).update(name="Renamed")
    shown = amina.get(LIST)[1]["results"][0]
    assert shown["text"] == "You are now mentor in Renamed."
    assert "Renamed" not in str(Notification.objects.values())


@pytest.mark.parametrize("locale", ["en", "fr", "sw"])
def test_every_kind_has_a_title_and_a_text_without_its_subject(user: User, locale: str) -> None:
    absent = str(UUID(int=0))
    for name in sorted(notification_kinds()):
        ((title, text),) = render([Notification(user=user, kind=name, subject=absent)], locale)
        assert title
        assert text
        assert "{" not in title + text
        assert "\n" not in title


# --- reading -----------------------------------------------------------------------------------
def ids(user: User) -> list[str]:
    return [str(pk) for pk in Notification.objects.filter(user=user).values_list("pk", flat=True)]


def test_notifications_are_read_in_batches_and_once_more_changes_nothing(
    user: User, amina: Caller
) -> None:
    for number in ("1", "2", "3"):
        notify_of(user, number)
    three, two, _ = ids(user)
    assert amina.post(READ, {"ids": [three, two]}) == (200, {"unread": 1})
    times = [*Notification.objects.values_list("read_at", flat=True)]
    assert amina.post(READ, {"ids": [three, two]}) == (200, {"unread": 1})
    assert [*Notification.objects.values_list("read_at", flat=True)] == times
    assert subjects(amina, "?unread=true") == ["1"]


def test_everything_up_to_a_time_is_read(user: User, amina: Caller) -> None:
    for number in ("1", "2"):
        notify_of(user, number)
    seen = amina.get(LIST)[1]["results"][0]["created_at"]
    notify_of(user, "newer")
    assert amina.post(READ, {"until": seen}) == (200, {"unread": 1})
    assert subjects(amina, "?unread=true") == ["newer"]


def test_foreign_and_unknown_ids_are_ignored_alike(user: User, amina: Caller) -> None:
    baraka = person("baraka")
    notify_of(user)
    notify_of(baraka)
    foreign, unknown = ids(baraka)[0], str(UUID(int=7))
    assert amina.post(READ, {"ids": [foreign]}) == amina.post(READ, {"ids": [unknown]})
    assert amina.post(READ, {"until": "2999-01-01T00:00:00Z"}) == (200, {"unread": 0})
    assert Notification.objects.get(user=baraka).read_at is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": [], "until": "2026-01-01T00:00:00Z"},
        {"ids": ["one"]},
        {"ids": [str(UUID(int=n)) for n in range(101)]},
        {"until": "2026-01-01T00:00:00"},
        {"all": True},
    ],
)
def test_a_malformed_request_reads_nothing(
    user: User, amina: Caller, body: dict[str, object]
) -> None:
    notify_of(user)
    assert refusal(amina.post(READ, body))[0] == 400
    assert unread(amina) == 1


def test_a_page_costs_the_same_queries_whatever_its_length(user: User, amina: Caller) -> None:
    costs = []
    for numbers in (range(2), range(2, 60)):
        for number in numbers:
            notify(user_id=user.id, kind=kinds.NEW_DEVICE, subject=str(number), version=1)
        with CaptureQueriesContext(connection) as queries:
            amina.get(LIST + "?page_size=50")
        costs.append(len(queries))
    assert costs[0] == costs[1]


# --- deleting ----------------------------------------------------------------------------------
def test_old_notifications_are_purged_those_that_were_read_earlier(user: User) -> None:
    now = timezone.now()
    for age, read in ((50, True), (70, True), (70, False), (190, False)):
        notify_of(user, f"{age} {read}")
        then = now - timedelta(days=age)
        rows = Notification.objects.filter(subject=f"{age} {read}")
        rows.update(created_at=then, read_at=then if read else None)
    Job.objects.all().delete()
    for rule in ("notifications.all", "notifications.read"):
        schedule("retention.purge", subject=rule)
    run_due()
    assert {*Notification.objects.values_list("subject", flat=True)} == {"50 True", "70 False"}


def test_an_erasure_removes_all(user: User) -> None:
    notify_of(user)
    notification = Notification.objects.get()
    Delivery.objects.create(notification=notification, channel="mail")
    NotificationPreferences.objects.create(user=user)
    new_subscription(user.pk, PushAddress("https://push.example/1", "", "")).save()
    PhoneNumber.objects.create(user=user, number="+254711000000")
    KnownDevice.objects.create(user=user, device="Firefox on Linux")
    Digest.objects.create(user=user, week=timezone.now().date())
    notify_of(person("baraka"), "kept")
    erase_user(user_id=user.id)
    assert notified(user) == []
    for model in (
        *(Delivery, NotificationPreferences, PushSubscription, PhoneNumber, KnownDevice, Digest),
    ):
        assert not model._default_manager.exists()
    assert [job.user_id for job in Job.objects.all()] == [User.objects.get().pk]


# --- the admin ---------------------------------------------------------------------------------
def test_the_admin_lists_notifications_and_deliveries_with_filters(user: User) -> None:
    notify_of(user, "one-subject")
    notification = Notification.objects.get()
    Delivery.objects.create(notification=notification, channel="mail")
    client = admin_site_client(person("ada", Role.ADMIN))
    found = {
        "notification/": "one-subject",
        "notification/?kind=access.mentor_assigned": "one-subject",
        "notification/?read_at__isempty=1": "one-subject",
        f"notification/?q={user.id}": "one-subject",
        "delivery/?state__exact=waiting&channel__exact=mail": str(notification),
    }
    for query, text in found.items():
        page = client.get(f"/admin/notifications/{query}")
        assert (page.status_code, text in page.content.decode()) == (200, True), query
    hidden = client.get("/admin/notifications/notification/?kind=users.new_device")
    assert "one-subject" not in hidden.content.decode()
    assert client.get("/admin/notifications/notification/add/").status_code == 403
