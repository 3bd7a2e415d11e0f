"""Plans and entitlements in the admin site: published like any change, refused like any mistake."""

from typing import Any

import pytest
from django.test import Client

from core.subscriptions.models import Entitlement, Plan
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import admin_site_client, appended, forget_appended, person

pytestmark = pytest.mark.django_db

PLANS, ENTITLEMENTS = "/admin/subscriptions/plan/", "/admin/subscriptions/entitlement/"


@pytest.fixture
def admin() -> Client:
    client = admin_site_client(person("ada", Role.ADMIN))
    forget_appended()
    return client


def form(**changes: Any) -> dict[str, Any]:
    good = {
        "slug": "plus",
        "title": "Plus",
        "rank": "10",
        "interval": "month",
        "trial_days": "0",
        "features": "mentorship\nhabits 50",
        "prices": "KES 1500.00\nRWF 15000",
    }
    return {**good, **changes}


def act(admin: Client, page: str, action: str, row: Any) -> None:
    body = {"action": action, "_selected_action": [str(row.pk)]}
    assert admin.post(page, body).status_code == 302


def test_a_plan_is_added_changed_and_retired(admin: Client) -> None:
    assert admin.post(f"{PLANS}add/", form()).status_code == 302
    plan = Plan.objects.get()
    assert [*plan.features.values_list("feature", "limit")] == [
        ("habits", 50),
        ("mentorship", None),
    ]
    assert [*plan.prices.values_list("currency", "amount")] == [("KES", 150_000), ("RWF", 15_000)]
    shown = admin.get(f"{PLANS}{plan.pk}/change/").content.decode()
    assert "KES 1500.00" in shown
    assert "habits 50" in shown
    change = form(title="Plus for all", features="habits 60", prices="KES 1200")
    assert admin.post(f"{PLANS}{plan.pk}/change/", change).status_code == 302
    act(admin, PLANS, "retire", plan)
    plan.refresh_from_db()
    assert (plan.title, plan.retired, plan.version) == ("Plus for all", True, 3)
    assert appended() == [("plan.updated", str(plan.pk), number) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Plus"},
        {"slug": "plus_2"},
        {"slug": "-plus"},
        {"rank": "1001"},
        {"trial_days": "366"},
        {"features": "flying"},
        {"features": "habits many"},
        {"features": "habits 5\nhabits 6"},
        {"prices": "KES 1.005"},
        {"prices": "KES 1\nKES 2"},
        {"prices": "XXX 1"},
        {"is_default": "on"},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(admin: Client, wrong: dict[str, str]) -> None:
    assert admin.post(f"{PLANS}add/", form(**wrong)).status_code == 200
    assert not Plan.objects.exists()
    assert appended() == []


def test_a_feature_is_given_and_ended(admin: Client) -> None:
    learner = person("amina")
    forget_appended()
    body = {
        "user": str(learner.pk),
        "feature": "habits",
        "source": "scholarship",
        "limit": "30",
        "starts_at_0": "2026-01-01",
        "starts_at_1": "08:00:00",
        "reason": "Award",
    }
    assert admin.post(f"{ENTITLEMENTS}add/", body).status_code == 302
    given = Entitlement.objects.get()
    assert (given.user, given.limit, given.reason, given.ends_at) == (learner, 30, "Award", None)
    act(admin, ENTITLEMENTS, "end", given)
    given.refresh_from_db()
    assert given.ends_at is not None
    assert appended() == [("entitlement.updated", str(given.pk), number) for number in (1, 2)]
