"""The life of subscriptions: what people ask for, what is paid and what time changes."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import F, QuerySet
from django.test import override_settings
from django.utils import timezone

from core.jobs.services import schedule
from core.subscriptions import services
from core.subscriptions.gateways import Order
from core.subscriptions.models import Entitlement, Invoice, SandboxInvoice, Subscription
from core.subscriptions.money import Money
from core.subscriptions.plans import CurrencyInUse
from core.subscriptions.sandbox import SandboxGateway
from core.subscriptions.selectors import due_subscriptions
from core.subscriptions.states import GRACE
from core.users.models import User
from ongoza_contracts.subscriptions import Feature
from ongoza_contracts.vocabulary import Role
from tests.unit.core.notified import run_jobs
from tests.unit.core.subscription_rows import (
    after_end_of,
    end_time,
    open_invoice,
    paid_subscription,
    pay,
    plan,
    subscribe,
)
from tests.unit.core.world import (
    Caller,
    appended,
    forget_appended,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina() -> User:
    return person("amina")


def features(user: User) -> set[str]:
    """What the user may use now."""
    rows = Entitlement.objects.filter(user=user, ends_at__gt=timezone.now())
    return {*rows.values_list("feature", flat=True)}


def invoices(subscription: Subscription) -> list[tuple[str, str]]:
    rows = Invoice.objects.filter(subscription=subscription).select_related("plan")
    return [(row.plan.slug, row.state) for row in rows]


def act(user: User, subscription: Subscription, action: str, body: Any = None) -> tuple[int, Any]:
    return signed_in(user).call("POST", f"subscriptions/{subscription.pk}/{action}/", body)


def test_a_subscription_opens_its_features_once_its_invoice_is_paid(amina: User) -> None:
    offered = plan()
    caller = signed_in(amina)
    status, body = caller.post("subscriptions/", {"plan": str(offered.pk), "currency": "KES"})
    assert (status, body["state"]) == (201, "incomplete")
    subscription = Subscription.objects.get(pk=body["id"])
    open_invoice(subscription)
    assert features(amina) == set()
    paid = pay(subscription)
    assert paid.state == "active"
    assert features(amina) == {"mentorship", "habits"}
    shown = caller.get("invoices/")[1]["results"]
    assert [(row["amount"], row["currency"], row["state"]) for row in shown] == [
        (150_000, "KES", "paid")
    ]
    own = caller.get("entitlements/")[1]["results"]
    assert {(row["feature"], row["limit"], row["source"]) for row in own} == {
        ("mentorship", None, "paid"),
        ("habits", 50, "paid"),
    }


def test_an_entitlement_lasts_for_the_grace_so_that_no_late_job_closes_anything(
    amina: User,
) -> None:
    subscription = paid_subscription(amina)
    assert subscription.period_ends_at is not None
    ends = Entitlement.objects.get(user=amina, feature=Feature.HABITS).ends_at
    assert ends == subscription.period_ends_at + GRACE


def test_a_failed_payment_opens_nothing_and_may_be_tried_again(amina: User) -> None:
    subscription = pay(subscribe(amina), "failed")
    assert (subscription.state, invoices(subscription)) == ("incomplete", [("plus", "failed")])
    failed = SandboxInvoice.objects.get().pk
    call_command("sandbox_payment", str(failed), "paid", stdout=StringIO())
    subscription.refresh_from_db()
    assert (subscription.state, invoices(subscription)) == ("active", [("plus", "paid")])


def test_nothing_changes_when_a_payment_is_reported_again(amina: User) -> None:
    subscription = paid_subscription(amina)
    forget_appended()
    for _ in range(3):
        services.settle(gateway_name="sandbox", reference=subscription.gateway_reference)
    assert appended() == []


def test_an_invoice_is_paid_once(amina: User) -> None:
    paid_subscription(amina)
    invoice = SandboxInvoice.objects.get().pk
    with pytest.raises(CommandError, match="no unpaid invoice"):
        call_command("sandbox_payment", str(invoice), "paid")


def test_a_repeated_request_for_a_payment_asks_for_no_second_one(amina: User) -> None:
    offered = plan()
    subscription = subscribe(amina, offered)
    for _ in range(2):
        services.request_payment(subscription_id=subscription.pk, plan_id=offered.pk)
    assert invoices(subscription) == [("plus", "open")]


@override_settings(PAYMENT_GATEWAYS={})
def test_a_server_without_gateway_takes_no_subscriptions(amina: User) -> None:
    body = {"plan": str(plan().pk), "currency": "KES"}
    answer = signed_in(amina).post("subscriptions/", body)
    assert refusal(answer) == (409, "no_gateway", [])
    assert not Subscription.objects.exists()
    with pytest.raises(CommandError, match="takes no payments"):
        call_command("sandbox_payment", "018f0000-0000-7000-8000-000000000001", "paid")


def test_a_learner_has_one_subscription_that_has_not_ended(amina: User) -> None:
    offered = plan()
    subscribe(amina, offered)
    body = {"plan": str(offered.pk), "currency": "KES"}
    forget_appended()
    assert refusal(signed_in(amina).post("subscriptions/", body))[:2] == (409, "already_subscribed")
    assert appended() == []


@pytest.mark.parametrize("role", [role for role in Role if role != Role.LEARNER])
def test_only_learners_subscribe(role: Role) -> None:
    body = {"plan": str(plan().pk), "currency": "KES"}
    assert signed_in(person("staff", role)).post("subscriptions/", body)[0] == 403


def test_a_plan_without_price_in_the_currency_is_refused(amina: User) -> None:
    body = {"plan": str(plan().pk), "currency": "RWF"}
    assert refusal(signed_in(amina).post("subscriptions/", body)) == (409, "no_price", [])


def test_a_trial_opens_the_features_and_asks_for_a_payment_when_it_ends(amina: User) -> None:
    subscription = subscribe(amina, plan(trial_days=14))
    run_jobs()
    assert (subscription.state, invoices(subscription)) == ("trialing", [])
    assert features(amina) == {"mentorship", "habits"}
    late = after_end_of("period_ends_at", subscription)
    assert (late.state, invoices(late)) == ("past_due", [("plus", "open")])
    assert features(amina) == {"mentorship", "habits"}
    paid = pay(late)
    assert (paid.state, paid.is_trial, paid.grace_ends_at) == ("active", False, None)


def test_nobody_has_a_second_trial(amina: User) -> None:
    offered = plan(trial_days=14)
    subscription = subscribe(amina, offered)
    services.cancel(user=amina, subscription_id=subscription.pk)
    after_end_of("period_ends_at", subscription)
    assert subscribe(amina, offered).state == "incomplete"


def test_a_period_that_nobody_pays_for_ends_the_subscription_after_the_grace(amina: User) -> None:
    subscription = after_end_of("period_ends_at", paid_subscription(amina))
    assert subscription.period_ends_at is not None
    assert subscription.grace_ends_at == subscription.period_ends_at + timedelta(days=21)
    ended = after_end_of("grace_ends_at", subscription)
    assert (ended.state, features(amina)) == ("expired", set())
    assert invoices(ended) == [("plus", "paid"), ("plus", "void")]


def test_a_renewal_begins_where_the_period_ended(amina: User) -> None:
    late = after_end_of("period_ends_at", paid_subscription(amina))
    paid = pay(late)
    assert (paid.state, paid.period_starts_at) == ("active", late.period_ends_at)


def test_a_first_payment_is_waited_for_a_day(amina: User) -> None:
    subscription = subscribe(amina)
    run_jobs()
    day = timedelta(days=1, seconds=1)
    QuerySet(Subscription).update(created_at=timezone.now() - day)
    services.pass_time(subscription_id=subscription.pk)
    run_jobs()
    subscription.refresh_from_db()
    assert (subscription.state, invoices(subscription)) == ("expired", [("plus", "void")])


def test_a_cancelled_subscription_keeps_its_features_until_the_period_ends(amina: User) -> None:
    subscription = paid_subscription(amina)
    assert act(amina, subscription, "cancel")[1]["state"] == "cancelled"
    row = Entitlement.objects.get(user=amina, feature=Feature.HABITS)
    assert row.ends_at == subscription.period_ends_at
    ended = after_end_of("period_ends_at", subscription)
    assert (ended.state, invoices(ended)) == ("expired", [("plus", "paid")])
    assert refusal(act(amina, subscription, "resume")) == (409, "illegal_transition", [])


def test_a_cancellation_is_taken_back_while_the_period_lasts(amina: User) -> None:
    subscription = paid_subscription(amina)
    act(amina, subscription, "cancel")
    assert act(amina, subscription, "resume")[1]["state"] == "active"
    act(amina, subscription, "cancel")
    end_time(subscription, "period_ends_at")
    assert refusal(act(amina, subscription, "resume")) == (409, "period_over", [])
    subscription.refresh_from_db()
    assert subscription.state == "cancelled"


def test_a_trial_goes_on_when_its_cancellation_is_taken_back(amina: User) -> None:
    subscription = subscribe(amina, plan(trial_days=14))
    assert act(amina, subscription, "cancel")[1]["state"] == "cancelled"
    assert act(amina, subscription, "resume")[1]["state"] == "trialing"


def test_cancelling_while_a_payment_is_missing_ends_at_once_and_nothing_is_collected(
    amina: User,
) -> None:
    late = after_end_of("period_ends_at", paid_subscription(amina))
    assert act(amina, late, "cancel")[1]["state"] == "expired"
    run_jobs()
    assert invoices(late) == [("plus", "paid"), ("plus", "void")]
    assert features(amina) == set()


def test_a_cancellation_while_the_gateway_is_asked_leaves_nothing_to_collect(
    amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = plan()
    subscription = subscribe(amina, offered)
    ask = SandboxGateway.request_payment

    def cancelled_meanwhile(gateway: SandboxGateway, order: Order) -> str:
        services.cancel(user=amina, subscription_id=subscription.pk)
        run_jobs()
        return ask(gateway, order)

    monkeypatch.setattr(SandboxGateway, "request_payment", cancelled_meanwhile)
    services.request_payment(subscription_id=subscription.pk, plan_id=offered.pk)
    run_jobs()
    assert invoices(subscription) == [("plus", "void")]


def test_a_price_stays_while_a_subscription_will_change_to_its_plan(amina: User) -> None:
    basic = plan("basic", rank=1)
    subscription = paid_subscription(amina)
    services.change_plan(user=amina, subscription_id=subscription.pk, plan_id=basic.pk)
    with pytest.raises(CurrencyInUse):
        plan("basic", rank=1, prices=[], plan_id=basic.pk)


def test_an_upgrade_begins_when_it_is_paid_and_not_before(amina: User) -> None:
    basic = plan("basic", 1, features={Feature.MENTORSHIP: None})
    subscription, better = paid_subscription(amina, basic), plan()
    status, body = act(amina, subscription, "change-plan", {"plan": str(better.pk)})
    assert (status, body["plan"]) == (200, str(basic.pk))
    act(amina, subscription, "change-plan", {"plan": str(better.pk)})
    open_invoice(subscription)
    assert features(amina) == {"mentorship"}
    changed = pay(subscription)
    assert (changed.plan, features(amina)) == (better, {"mentorship", "habits"})
    assert invoices(changed) == [("basic", "paid"), ("plus", "paid")]


def test_an_upgrade_that_is_paid_40_days_later_begins_when_it_is_paid(amina: User) -> None:
    subscription, better = paid_subscription(amina, plan("basic", 1, interval="year")), plan()
    act(amina, subscription, "change-plan", {"plan": str(better.pk)})
    first = SandboxInvoice.objects.filter(pk=open_invoice(subscription))
    late = timedelta(days=40)
    first.update(
        period_starts_at=F("period_starts_at") - late, period_ends_at=F("period_ends_at") - late
    )
    assert act(amina, subscription, "pay")[0] == 200
    assert first.get().state == "void"
    changed = pay(subscription)
    assert changed.plan == better
    assert changed.period_ends_at is not None
    assert changed.period_ends_at > timezone.now() + timedelta(days=27)


def test_a_payment_for_a_period_that_is_over_begins_one_when_it_is_paid(amina: User) -> None:
    subscription, better = paid_subscription(amina, plan("basic", 1, interval="year")), plan()
    began = subscription.period_starts_at
    assert began is not None
    act(amina, subscription, "change-plan", {"plan": str(better.pk)})
    open_invoice(subscription)
    late = timedelta(days=40)
    QuerySet(Subscription).update(period_starts_at=began - late)
    SandboxInvoice.objects.update(
        period_starts_at=F("period_starts_at") - late, period_ends_at=F("period_ends_at") - late
    )
    changed = pay(subscription)
    assert (changed.state, changed.plan) == ("active", better)
    assert changed.period_ends_at is not None
    assert changed.period_ends_at > timezone.now() + timedelta(days=27)
    ended = changed.period_ends_at
    services.settle(gateway_name="sandbox", reference=changed.gateway_reference)
    changed.refresh_from_db()
    assert changed.period_ends_at == ended


def test_an_upgrade_that_was_given_up_is_asked_for_again(amina: User) -> None:
    subscription, better = paid_subscription(amina, plan("basic", 1)), plan()
    body = {"plan": str(better.pk)}
    act(amina, subscription, "change-plan", body)
    run_jobs()
    for action in ("cancel", "resume"):
        act(amina, subscription, action)
        run_jobs()
    assert invoices(subscription) == [("basic", "paid"), ("plus", "void")]
    act(amina, subscription, "change-plan", body)
    assert pay(subscription).plan == better


def test_an_upgrade_that_is_not_paid_is_taken_back_by_the_present_plan(amina: User) -> None:
    basic = plan("basic", 1)
    subscription = paid_subscription(amina, basic)
    act(amina, subscription, "change-plan", {"plan": str(plan().pk)})
    open_invoice(subscription)
    act(amina, subscription, "change-plan", {"plan": str(basic.pk)})
    run_jobs()
    assert invoices(subscription) == [("basic", "paid"), ("plus", "void")]


def test_the_sandbox_has_no_page_and_a_paid_period_nothing_to_pay(amina: User) -> None:
    subscription = subscribe(amina)
    assert act(amina, subscription, "pay") == (200, {"url": ""})
    pay(subscription)
    assert refusal(act(amina, subscription, "pay")) == (409, "nothing_to_pay", [])


def test_a_downgrade_follows_when_the_period_ends(amina: User) -> None:
    subscription = paid_subscription(amina)
    basic = plan("basic", 1, features={Feature.MENTORSHIP: None})
    body = act(amina, subscription, "change-plan", {"plan": str(basic.pk)})[1]
    assert (body["plan"], body["next_plan"]) == (str(subscription.plan_id), str(basic.pk))
    assert features(amina) == {"mentorship", "habits"}
    late = after_end_of("period_ends_at", subscription)
    assert (late.plan, late.next_plan) == (basic, None)
    assert features(amina) == {"mentorship"}
    assert invoices(late) == [("plus", "paid"), ("basic", "open")]


def test_a_downgrade_is_taken_back_by_choosing_the_present_plan(amina: User) -> None:
    subscription, basic = paid_subscription(amina), plan("basic", 1)
    act(amina, subscription, "change-plan", {"plan": str(basic.pk)})
    body = act(amina, subscription, "change-plan", {"plan": str(subscription.plan_id)})[1]
    assert body["next_plan"] is None


def test_a_trial_changes_its_plan_at_once(amina: User) -> None:
    subscription = subscribe(amina, plan(trial_days=14))
    basic = plan("basic", 1, features={Feature.MENTORSHIP: None})
    body = act(amina, subscription, "change-plan", {"plan": str(basic.pk)})[1]
    assert (body["plan"], body["state"]) == (str(basic.pk), "trialing")
    assert features(amina) == {"mentorship"}


def test_a_payment_after_the_end_begins_the_subscription_again(amina: User) -> None:
    late = after_end_of("period_ends_at", paid_subscription(amina))
    ended = after_end_of("grace_ends_at", late)
    SandboxInvoice.objects.filter(state="void").update(state="paid")
    services.settle(gateway_name="sandbox", reference=ended.gateway_reference)
    ended.refresh_from_db()
    assert (ended.state, features(amina)) == ("active", {"mentorship", "habits"})


def test_a_payment_for_an_ended_subscription_is_stored_beside_a_new_one(amina: User) -> None:
    offered = plan()
    late = after_end_of("period_ends_at", paid_subscription(amina, offered))
    ended = after_end_of("grace_ends_at", late)
    subscribe(amina, offered)
    SandboxInvoice.objects.filter(state="void").update(state="paid")
    services.settle(gateway_name="sandbox", reference=ended.gateway_reference)
    ended.refresh_from_db()
    assert (ended.state, invoices(ended)) == ("expired", [("plus", "paid"), ("plus", "paid")])


def test_payments_that_become_known_in_any_order_end_in_the_same_state(amina: User) -> None:
    """The second payment is known first: the period is that of the newest."""
    subscription = paid_subscription(amina)
    late = after_end_of("period_ends_at", subscription)
    open_invoice(late)
    first, second = SandboxInvoice.objects.order_by("period_starts_at")
    SandboxInvoice.objects.filter(pk=second.pk).update(state="paid")
    SandboxInvoice.objects.filter(pk=first.pk).update(state="open")
    services.settle(gateway_name="sandbox", reference=late.gateway_reference)
    SandboxInvoice.objects.filter(pk=first.pk).update(state="paid")
    services.settle(gateway_name="sandbox", reference=late.gateway_reference)
    late.refresh_from_db()
    assert (late.state, late.period_starts_at) == ("active", second.period_starts_at)


@pytest.mark.parametrize("action", ["cancel", "resume", "change-plan", "pay"])
def test_a_foreign_subscription_does_not_exist(amina: User, action: str) -> None:
    subscription = paid_subscription(amina)
    for other in (person("baraka"), person("ada", Role.ADMIN)):
        body = {"plan": str(subscription.plan_id)} if action == "change-plan" else None
        assert act(other, subscription, action, body)[0] == 404
        assert signed_in(other).get("subscriptions/")[1]["results"] == []
        assert signed_in(other).get("invoices/")[1]["results"] == []


@pytest.mark.parametrize(
    ("field", "value"), [("state", "active"), ("paid_at", "2026-01-01T00:00:00Z"), ("user", 1)]
)
def test_nothing_that_a_client_sends_marks_anything_as_paid(
    amina: User, field: str, value: Any
) -> None:
    body = {"plan": str(plan().pk), "currency": "KES", field: value}
    assert refusal(signed_in(amina).post("subscriptions/", body)) == (
        400,
        "unknown_field",
        [(field, "unknown_field")],
    )
    assert not Subscription.objects.exists()


def test_the_tick_schedules_what_is_due_and_nothing_else(amina: User) -> None:
    subscription = paid_subscription(amina)
    assert not due_subscriptions(timezone.now()).exists()
    end_time(subscription, "period_ends_at")
    assert [*due_subscriptions(timezone.now())] == [subscription]
    forget_appended()
    services.pass_time(subscription_id=subscription.pk)
    services.pass_time(subscription_id=subscription.pk)
    kinds = [kind for kind, _, _ in appended()]
    assert kinds.count("subscription.updated") == 1


def test_the_tick_comes_to_every_subscription_that_is_due(
    amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.subscriptions.jobs.BATCH", 1)
    offered = plan()
    for user in (amina, person("baraka"), person("chausiku")):
        end_time(paid_subscription(user, offered), "period_ends_at")
    schedule("subscriptions.due")
    run_jobs()
    assert not Subscription.objects.exclude(state="past_due").exists()


def test_a_changed_plan_changes_the_features_of_its_subscribers(amina: User) -> None:
    subscription = paid_subscription(amina)
    plan(plan_id=subscription.plan_id, features={Feature.MENTORSHIP: None})
    run_jobs()
    assert features(amina) == {"mentorship"}


def test_a_signed_in_caller_lists_the_plans_with_features_and_prices(amina: User) -> None:
    plan(prices=[Money(150_000, "KES"), Money(1_250, "USD")])
    plan("free", 0, prices=[], is_default=True, features={Feature.MENTORSHIP: None})
    gateways = {**settings.PAYMENT_GATEWAYS, "mpesa": "core.subscriptions.mpesa.MpesaGateway"}
    with override_settings(PAYMENT_GATEWAYS=gateways):
        rows = Caller(signed_in(amina).token).get("subscriptions/plans/")[1]["results"]
    in_shillings = {"currency": "KES", "amount": 150_000, "gateways": ["sandbox", "mpesa"]}
    in_dollars = {"currency": "USD", "amount": 1_250, "gateways": ["sandbox"]}
    assert [(row["slug"], row["is_default"], row["prices"]) for row in rows] == [
        ("free", True, []),
        ("plus", False, [in_shillings, in_dollars]),
    ]
