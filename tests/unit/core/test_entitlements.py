"""Entitlements: who gives them, and what the gates ask."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.coaching.habits import TooManyHabits, set_habit
from core.organizations.services import add_organization
from core.subscriptions.models import Entitlement
from core.subscriptions.plans import CurrencyInUse, DefaultPlan, SlugTaken, retire_plan
from core.subscriptions.selectors import entitled_limit, has_entitlement
from core.users.models import User
from ongoza_contracts.subscriptions import Feature
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import World
from tests.unit.core.subscription_rows import paid_subscription, plan, published_entitlement
from tests.unit.core.world import appended, forget_appended, person, refusal, signed_in

pytestmark = pytest.mark.django_db

MENTORSHIP, HABITS = Feature.MENTORSHIP, Feature.HABITS


def grant_to(user: User, **changes: Any) -> dict[str, Any]:
    return {"user": user.pk, "feature": "habits", "source": "scholarship", "limit": 40, **changes}


@pytest.mark.parametrize("source", ["sponsored", "scholarship", "manual"])
def test_a_director_gives_a_learner_of_the_organization_a_feature(
    world: World, source: str
) -> None:
    body = grant_to(world.learner, source=source, reason="Award of 2026")
    status, shown = signed_in(world.director).post("entitlements/", body)
    assert (status, shown["source"], shown["limit"]) == (201, source, 40)
    assert "reason" not in shown
    assert entitled_limit(world.learner.pk, HABITS) == 40
    assert appended() == [("entitlement.updated", shown["id"], 1)]


def test_nobody_gives_a_paid_entitlement(world: World) -> None:
    answer = signed_in(world.admin).post("entitlements/", grant_to(world.learner, source="paid"))
    assert refusal(answer) == (400, "invalid", [("source", "unknown_value")])
    assert appended() == []


def test_a_learner_of_another_organization_does_not_exist_for_a_director(world: World) -> None:
    caller = signed_in(world.director)
    assert caller.post("entitlements/", grant_to(world.foreign))[0] == 404
    assert caller.get(f"entitlements/?user={world.foreign.pk}")[0] == 404
    given = published_entitlement(world.foreign)
    forget_appended()
    assert caller.call("POST", f"entitlements/{given.pk}/end/")[0] == 404
    assert appended() == []


def test_nobody_gives_themselves_a_feature(world: World) -> None:
    for user in (world.director, world.admin):
        assert signed_in(user).post("entitlements/", grant_to(user))[0] == 403
    for user in (world.learner, world.mentor):
        assert signed_in(user).post("entitlements/", grant_to(world.learner))[0] == 403
    assert not Entitlement.objects.exists()


def test_an_entitlement_is_ended_at_once_and_only_once(world: World) -> None:
    given = published_entitlement(world.learner)
    forget_appended()
    caller = signed_in(world.director)
    for _ in range(2):
        status, shown = caller.call("POST", f"entitlements/{given.pk}/end/")
        assert status == 200
        assert shown["ends_at"] is not None
    assert appended() == [("entitlement.updated", str(given.pk), 2)]


def test_what_a_subscription_pays_for_ends_with_it_alone(world: World) -> None:
    paid_subscription(world.learner)
    row = Entitlement.objects.filter(user=world.learner)[0]
    answer = signed_in(world.admin).call("POST", f"entitlements/{row.pk}/end/")
    assert refusal(answer) == (409, "paid_entitlement", [])


def test_an_entitlement_that_ends_before_it_starts_is_refused(world: World) -> None:
    body = grant_to(world.learner, starts_at="2030-01-02T00:00:00Z", ends_at="2030-01-01T00:00:00Z")
    answer = signed_in(world.admin).post("entitlements/", body)
    assert refusal(answer)[:2] == (400, "invalid")


def test_everything_is_open_without_a_default_plan() -> None:
    learner = person("amina")
    plan()
    assert has_entitlement(learner.pk, MENTORSHIP)
    assert entitled_limit(learner.pk, HABITS) == 0


def test_the_default_plan_opens_its_features_to_everybody() -> None:
    learner = person("amina")
    free = plan("free", 0, prices=[], is_default=True, features={MENTORSHIP: None, HABITS: 20})
    assert has_entitlement(learner.pk, MENTORSHIP)
    assert entitled_limit(learner.pk, HABITS) == 20
    plan("free", 0, plan_id=free.pk, prices=[], is_default=True, features={})
    assert not has_entitlement(learner.pk, MENTORSHIP)


@pytest.mark.parametrize("source", ["sponsored", "scholarship", "manual"])
def test_a_gate_asks_for_no_payment(source: str) -> None:
    learner = person("amina")
    plan("free", 0, prices=[], is_default=True, features={})
    published_entitlement(learner, source=source)
    assert has_entitlement(learner.pk, MENTORSHIP)
    assert not has_entitlement(learner.pk, HABITS)


@pytest.mark.parametrize(
    ("starts_in", "ends_in"), [(timedelta(hours=1), None), (-timedelta(2), -timedelta(1))]
)
def test_a_gate_counts_entitlements_of_now_alone(
    starts_in: timedelta, ends_in: timedelta | None
) -> None:
    learner, now = person("amina"), timezone.now()
    plan("free", 0, prices=[], is_default=True, features={})
    ends_at = now + ends_in if ends_in else None
    published_entitlement(learner, starts_at=now + starts_in, ends_at=ends_at)
    assert not has_entitlement(learner.pk, MENTORSHIP)


def test_another_default_plan_takes_the_place_of_the_first() -> None:
    first = plan("free", 0, prices=[], is_default=True)
    second = plan("free-2", 0, prices=[], is_default=True)
    first.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)


def test_plans_that_contradict_others_are_refused() -> None:
    subscription = paid_subscription(person("amina"))
    with pytest.raises(SlugTaken):
        plan()
    with pytest.raises(CurrencyInUse, match="KES"):
        plan(plan_id=subscription.plan_id, prices=[])
    with pytest.raises(DefaultPlan):
        plan("free", 0, is_default=True)
    free = plan("free", 0, is_default=True, prices=[])
    with pytest.raises(DefaultPlan):
        retire_plan(plan_id=free.pk)


def test_nobody_subscribes_to_a_retired_plan_or_to_the_default_one() -> None:
    learner = person("amina")
    free = plan("free", 0, is_default=True, prices=[])
    retired = retire_plan(plan_id=plan().pk)
    for one in (free, retired):
        body = {"plan": str(one.pk), "currency": "KES"}
        assert signed_in(learner).post("subscriptions/", body)[0] == 404


def test_directors_of_another_organization_see_no_entitlements(world: World) -> None:
    published_entitlement(world.learner)
    rival = add_organization(name="Rival", kind="school")
    other = signed_in(person("rita", Role.DIRECTOR, rival))
    assert other.get(f"entitlements/?user={world.learner.pk}")[0] == 404
    own = signed_in(world.director).get(f"entitlements/?user={world.learner.pk}")
    assert [row["user"] for row in own[1]["results"]] == [world.learner.pk]


def test_asking_for_a_mentor_takes_an_entitlement(world: World) -> None:
    free = plan("free", 0, prices=[], is_default=True, features={})
    caller = signed_in(world.learner)
    forget_appended()
    assert refusal(caller.post("mentorship/requests/", {})) == (409, "not_entitled", [])
    assert appended() == []
    published_entitlement(world.learner, source="scholarship")
    assert caller.post("mentorship/requests/", {})[0] == 201
    plan("free", 0, plan_id=free.pk, prices=[], is_default=True, features={MENTORSHIP: None})
    foreign = signed_in(world.foreign)
    assert foreign.post("mentorship/requests/", {})[0] == 201


@pytest.mark.parametrize(("limit", "possible"), [(5, 20), (21, 21)])
def test_an_entitlement_raises_the_number_of_active_habits_and_never_lowers_it(
    limit: int, possible: int
) -> None:
    learner = person("amina")
    published_entitlement(learner, feature=HABITS, limit=limit)
    for number in range(possible):
        set_habit(user=learner, title=f"{number}", schedule="daily")
    with pytest.raises(TooManyHabits, match=f"You have {possible} active"):
        set_habit(user=learner, title="One more", schedule="daily")


@pytest.mark.parametrize("changes", [{"limit": None}, {"feature": "mentorship"}])
def test_a_limit_is_given_for_a_counted_feature_alone(
    world: World, changes: dict[str, Any]
) -> None:
    body = grant_to(world.learner, **changes)
    body = {name: value for name, value in body.items() if value is not None}
    answer = signed_in(world.director).post("entitlements/", body)
    assert answer[0] == 400
    assert [one["field"] for one in answer[1]["errors"]] == ["limit"]
