"""Cohorts in the admin site: published like any change, refused like any mistake."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.cohorts.models import Announcement, Code, Cohort, Enrolment
from core.organizations.models import Organization
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.cohort_rows import apply, enrolment_in, open_cohort, program_version
from tests.unit.core.world import admin_site_client, appended, forget_appended, person

pytestmark = pytest.mark.django_db

COHORTS, ENROLMENTS = "/admin/cohorts/cohort/", "/admin/cohorts/enrolment/"


@pytest.fixture
def ada() -> User:
    return person("ada", Role.ADMIN)


@pytest.fixture
def admin(ada: User) -> Client:
    program_version()
    client = admin_site_client(ada)
    forget_appended()
    return client


def form(**changes: Any) -> dict[str, Any]:
    good = {
        "organization": Organization.objects.get_or_create(name="Lab", kind="school")[0].pk,
        "program_version": str(program_version().pk),
        "name": "Evening class",
        "time_zone": "Africa/Nairobi",
        "starts_on": "2030-01-07",
        "ends_on": "2030-06-28",
        "paid": "2",
        "sponsored": "1",
        "needs_code": ["sponsored"],
    }
    return {**good, **changes}


def act(admin: Client, page: str, action: str, row: Any) -> None:
    body = {"action": action, "_selected_action": [str(row.pk)]}
    assert admin.post(page, body).status_code == 302


def test_a_cohort_is_added_with_its_pools_changed_and_opened(admin: Client) -> None:
    assert admin.post(f"{COHORTS}add/", form()).status_code == 302
    cohort = Cohort.objects.get()
    pools = [*cohort.pools.values_list("kind", "size", "needs_code")]
    assert pools == [("paid", 2, False), ("sponsored", 1, True)]
    change = form(name="Night class", paid="3", sponsored="", needs_code=[])
    assert admin.post(f"{COHORTS}{cohort.pk}/change/", change).status_code == 302
    act(admin, COHORTS, "open", cohort)
    cohort.refresh_from_db()
    assert (cohort.name, cohort.state) == ("Night class", "open")
    assert [*cohort.pools.values_list("kind", "size")] == [("paid", 3)]
    assert appended() == [("cohort.updated", str(cohort.pk), version) for version in range(1, 6)]


@pytest.mark.parametrize(
    "changes", [{"time_zone": "Mars/Olympus"}, {"ends_on": "2029-01-01"}, {"paid": "-1"}], ids=str
)
def test_a_cohort_that_cannot_be_is_not_added(changes: dict[str, Any], admin: Client) -> None:
    admin.post(f"{COHORTS}add/", form(**changes))
    assert (Cohort.objects.count(), appended()) == (0, [])


def test_a_pool_is_not_made_smaller_than_its_taken_seats(admin: Client) -> None:
    cohort = open_cohort(paid=2)
    apply(person("amina"), cohort, "paid")
    forget_appended()
    admin.post(f"{COHORTS}{cohort.pk}/change/", form(paid="0", sponsored="", needs_code=[]))
    assert (cohort.pools.get().size, appended()) == (2, [])


def test_a_payment_is_confirmed_with_its_reference(admin: Client, ada: User) -> None:
    row = enrolment_in("pending_payment", open_cohort(paid=1), person("amina"))
    page = f"{ENROLMENTS}{row.pk}/confirm-payment/"
    assert admin.post(page, {"reference": ""}).status_code == 200
    assert appended() == []
    assert admin.post(page, {"reference": " R-17 "}).status_code == 302
    found = Enrolment.objects.get(pk=row.pk)
    assert (found.state, found.payment_reference) == ("active", "R-17")
    assert found.confirmed_by == ada


def test_enrolments_are_suspended_resumed_and_withdrawn(admin: Client) -> None:
    row = enrolment_in("active", open_cohort(scholarship=1), person("amina"))
    for action, state in (
        ("suspend", "suspended"),
        ("resume", "active"),
        ("withdraw", "withdrawn"),
        ("resume", "withdrawn"),
    ):
        act(admin, ENROLMENTS, action, row)
        assert Enrolment.objects.get(pk=row.pk).state == state


def test_codes_and_announcements_are_added_and_never_changed(admin: Client, ada: User) -> None:
    cohort = open_cohort(paid=1)
    cohort.prices.create(currency="KES", amount=100_000)
    ends_at = {"ends_at_0": "2099-01-01", "ends_at_1": "00:00"}
    code = {"cohort": str(cohort.pk), "pool": "paid", "max_uses": "2", **ends_at}
    code["lower_prices"] = "KES 500.00"
    assert admin.post("/admin/cohorts/code/add/", code).status_code == 302
    text = {"cohort": str(cohort.pk), "title": "Tonight", "text": "Bring a laptop."}
    assert admin.post("/admin/cohorts/announcement/add/", text).status_code == 302
    announcement = Announcement.objects.get()
    assert (announcement.author, announcement.text) == (ada, "Bring a laptop.")
    change = f"/admin/cohorts/code/{Code.objects.get().pk}/change/"
    assert "KES 500.00" in admin.get(change).content.decode()
    assert admin.post(change, {**code, "max_uses": "9"}).status_code == 403
    assert Code.objects.get().max_uses == 2
    act(admin, "/admin/cohorts/code/", "end", Code.objects.get())
    assert Code.objects.get().ends_at <= timezone.now()


def test_a_text_is_refused_as_the_api_refuses_it(admin: Client) -> None:
    cohort = open_cohort(paid=1)
    text = {"cohort": str(cohort.pk), "title": "To\u202enight", "text": "Bring a laptop.\r\n"}
    page = admin.post("/admin/cohorts/announcement/add/", text)
    assert "Write one line without control characters." in page.content.decode()
    assert Announcement.objects.count() == 0
