"""Events of Stripe that come late, twice and in any order end in the state of the plain order."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from core.kit.clock import past_moment
from core.subscriptions import services, webhooks
from core.subscriptions.models import Entitlement, Invoice, Plan, Subscription
from core.subscriptions.money import Money
from core.users.models import User
from tests.random_cases import CASES
from tests.stripe_double import Account, StripeDouble, stripe_double
from tests.stripe_forms import signature
from tests.unit.core.notified import run_jobs
from tests.unit.core.random_schedules import dice, undone
from tests.unit.core.stripe_rows import stripe_settings
from tests.unit.core.subscription_rows import plan
from tests.unit.core.world import person

SCHEDULES, BEGINNINGS = 50 * CASES, 5
START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())
DOUBLE = Money(300_000, "KES")
State = dict[str, Any]
People = tuple[User, Plan, Plan]


@dataclass
class Story:
    """What a learner and a payer do, with the events of Stripe that are on their way."""

    user: User
    basic: Plan
    plus: Plan
    account: Account
    dice: random.Random | None
    """None delivers every event at once, in order."""
    waiting: list[Any] = field(default_factory=list)
    subscription: Subscription = field(init=False)

    def happen(self, act: Callable[[], Any]) -> None:
        """Something happens at Stripe; none, some or all events of it and of earlier days come."""
        act()
        fresh, self.account.events = self.account.events, []
        if self.dice is None:
            self.receive(fresh)
            return
        for event in fresh:
            self.waiting += [event] * self.dice.choice([1, 1, 2, 3])
        self.dice.shuffle(self.waiting)
        count = self.dice.randint(0, len(self.waiting))
        here, self.waiting = self.waiting[:count], self.waiting[count:]
        self.receive(here)

    def receive(self, events: list[Any]) -> None:
        for event in events:
            body = json.dumps(event).encode()
            webhooks.receive_stripe_event(body=body, signature=signature(body))
            if self.dice is None or self.dice.random() < 0.5:
                run_jobs()
        run_jobs()

    def see(self, state: str, plan: Plan) -> None:
        """The learner acts on what the page shows: wait for events until it shows this."""
        while True:
            self.subscription = Subscription.objects.get(user=self.user)
            shown = self.subscription
            ends_at = shown.period_ends_at
            is_present = ends_at is None or ends_at.timestamp() > self.account.now
            if (shown.state, shown.plan_id) == (state, plan.pk) and is_present:
                return
            event = self.waiting.pop(0)  # an IndexError: no event leads to it
            self.receive([event])

    def pay(self) -> str:
        return services.start_payment(user=self.user, subscription_id=self.subscription.pk)

    def time(self, days: int) -> None:
        """Time passes at Stripe and here; the jobs of our minute come before events of it."""
        self.happen(lambda: self.account.advance(days))
        past_moment.set(datetime.fromtimestamp(self.account.now, UTC))
        if self.dice is None or self.dice.random() < 0.5:
            services.pass_time(subscription_id=self.subscription.pk)
            run_jobs()

    def finish(self) -> State:
        self.receive(self.waiting)
        services.pass_time(subscription_id=self.subscription.pk)
        run_jobs()
        stored = Invoice.objects.values_list("gateway_invoice_id", "state")
        assert dict(stored) == {one["id"]: state_at(one) for one in self.account.all("invoice")}
        return end_state(self.user)


def state_at(invoice: Any) -> str:
    """What core calls the state of an invoice at Stripe."""
    is_failed = invoice["status"] == "open" and invoice["attempted"]
    return "failed" if is_failed else str(invoice["status"])


def end_state(user: User) -> State:
    row = Subscription.objects.select_related("plan").get(user=user)
    invoices = Invoice.objects.filter(user=user).order_by("gateway_invoice_id")
    columns = ("gateway_invoice_id", "plan__slug", "amount", "state", "period_starts_at", "paid_at")
    features = Entitlement.objects.filter(user=user).order_by("feature")
    return {
        "subscription": (row.plan.slug, row.state, row.period_starts_at, row.period_ends_at),
        "rest": (row.gateway_reference, row.next_plan_id, row.is_trial, row.grace_ends_at),
        "invoices": [*invoices.values_list(*columns)],
        "features": [*features.values_list("feature", "limit", "ends_at")],
    }


def begin(story: Story) -> None:
    story.subscription = services.subscribe(user=story.user, plan_id=story.basic.pk, currency="KES")
    story.happen(run_jobs)
    url = story.pay()
    story.happen(lambda: story.account.complete_checkout(url))


def upgrade(story: Story) -> None:
    """The payer's card is refused at first."""
    story.time(3)
    story.see("active", story.basic)
    story.account.declines = True
    services.change_plan(
        user=story.user, subscription_id=story.subscription.pk, plan_id=story.plus.pk
    )
    story.happen(run_jobs)
    url = story.pay()
    story.account.declines = False
    story.happen(lambda: story.account.pay_invoice(url))


def renew_late(story: Story) -> None:
    story.see("active", story.plus)
    story.account.declines = True
    story.time(30)
    story.account.declines = False
    story.happen(story.account.retry)


def cancel(story: Story) -> None:
    story.see("active", story.plus)
    services.cancel(user=story.user, subscription_id=story.subscription.pk)
    story.happen(run_jobs)
    story.time(31)


def delete_customer(story: Story) -> None:
    story.see("active", story.plus)
    reference = story.subscription.gateway_reference
    story.happen(lambda: story.account.delete_customer(reference))
    story.time(40)


def downgrade(story: Story) -> None:
    story.see("active", story.plus)
    services.change_plan(
        user=story.user, subscription_id=story.subscription.pk, plan_id=story.basic.pk
    )
    story.happen(run_jobs)
    story.time(30)


BEGINNING = (begin, upgrade)
ENDINGS = ((cancel,), (renew_late, downgrade), (delete_customer,))


def end_states(server: StripeDouble, people: People, seed: int | None, count: int) -> list[State]:
    """In which stories end that begin alike and go on in `count` ways; nothing of them stays."""
    server.account = Account(now=START)
    story = Story(*people, server.account, dice(seed, 0))
    with undone(datetime.fromtimestamp(START, UTC)):
        for act in BEGINNING:
            act(story)
        return [end_of(story, server, seed, number) for number in range(count)]


def end_of(story: Story, server: StripeDouble, seed: int | None, number: int) -> State:
    server.account = copy.deepcopy(story.account)
    with undone(past_moment.get()):
        branch = Story(story.user, story.basic, story.plus, server.account, dice(seed, number + 1))
        branch.waiting = [*story.waiting]
        branch.subscription = story.subscription
        for act in ENDINGS[number % len(ENDINGS)]:
            act(branch)
        return branch.finish()


@pytest.fixture
def stripe() -> Iterator[StripeDouble]:
    with stripe_double() as server, stripe_settings(server):
        yield server


@pytest.mark.random
@pytest.mark.slow  # each schedule makes some 20 calls over HTTP
@pytest.mark.django_db
def test_random_schedules_end_as_the_plain_order(stripe: StripeDouble) -> None:
    people = (person("amina"), plan("basic", 1), plan("plus", 10, prices=[DOUBLE]))
    plain = end_states(stripe, people, None, len(ENDINGS))
    assert [state["subscription"][:2] for state in plain] == [
        ("plus", "expired"),
        ("basic", "active"),
        ("plus", "past_due"),
    ]
    for seed in range(BEGINNINGS):
        states = end_states(stripe, people, seed, SCHEDULES // BEGINNINGS)
        for number, state in enumerate(states):
            assert state == plain[number % len(ENDINGS)], f"schedule {seed}:{number}"
