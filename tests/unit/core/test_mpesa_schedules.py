"""Callbacks of M-Pesa that come late, twice and in any order end as the plain order does."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.kit.clock import past_moment
from core.subscriptions import daraja, mpesa_charges, services, webhooks
from core.subscriptions.gateways import GatewayUnavailable
from core.subscriptions.models import Entitlement, Invoice, MpesaRequest, Subscription
from tests.mpesa_double import CANCELLED, PHONE, MpesaDouble, mpesa_double
from tests.random_cases import CASES
from tests.unit.core.mpesa_rows import mpesa_settings
from tests.unit.core.notified import run_jobs
from tests.unit.core.random_schedules import dice, undone
from tests.unit.core.subscription_rows import subscribe
from tests.unit.core.world import person

SCHEDULES, BEGINNINGS = 50 * CASES, 5
START = datetime(2126, 3, 1, tzinfo=UTC)
"""So late that no job looks for a lost callback: only callbacks let core look."""
LATER = mpesa_charges.REQUEST_LASTS + timedelta(minutes=1)
State = dict[str, Any]


@dataclass
class Story:
    """What a learner and a phone do, with the callbacks that are on their way."""

    subscription: Subscription
    server: MpesaDouble
    dice: random.Random | None
    """None delivers every callback at once, in order."""
    waiting: list[tuple[str, bytes]] = field(default_factory=list)

    def ask(self, later: timedelta = timedelta(0), *, may_lose: bool = False) -> None:
        """Ask the phone; Daraja's answer may get lost."""
        past_moment.set((past_moment.get() or START) + later)
        self.server.loses_answers = may_lose and self.dice is not None and self.dice.random() < 0.3
        before = len(self.server.asked)
        with suppress(GatewayUnavailable):
            services.start_payment(
                user=self.subscription.user, subscription_id=self.subscription.pk, phone=PHONE
            )
        self.server.loses_answers = False
        assert len(self.server.asked) == before + 1

    def answer(self, request_id: str, result: int = 0) -> None:
        """The phone answers; none, some or all callbacks of it and of earlier ones come."""
        self.server.answer_phone(request_id, result)
        fresh, self.server.callbacks = self.server.callbacks, []
        if self.dice is None:
            self.receive(fresh)
            return
        self.waiting += fresh * self.dice.choice([1, 1, 1, 2, 3])
        self.dice.shuffle(self.waiting)
        count = self.dice.randint(0, len(self.waiting))
        here, self.waiting = self.waiting[:count], self.waiting[count:]
        self.receive(here)

    def receive(self, callbacks: list[tuple[str, bytes]]) -> None:
        for path, body in callbacks:
            webhooks.receive_mpesa_callback(secret=path.split("/")[3], body=body)
            if self.dice is None or self.dice.random() < 0.5:
                run_jobs()

    def finish(self) -> State:
        self.receive(self.waiting)
        run_jobs()
        return end_state(self.subscription)


def end_state(subscription: Subscription) -> State:
    """Of two payments of one invoice either may be the one to be reversed."""
    row = Subscription.objects.get(pk=subscription.pk)
    requests = MpesaRequest.objects.order_by("state", "to_reverse")
    return {
        "subscription": (row.state, row.plan_id),
        "invoices": [*Invoice.objects.order_by("pk").values_list("state", "amount")],
        "requests": [*requests.values_list("state", "to_reverse")],
        "features": [*Entitlement.objects.order_by("feature").values_list("feature", "limit")],
    }


def refuse_twice(story: Story) -> None:
    for _ in range(2):
        story.ask()
        story.answer([*story.server.asked][-1], CANCELLED)
    story.ask()


def ask_twice(story: Story) -> None:
    """The second time when the phone shows the first request no more."""
    story.ask(may_lose=True)
    story.ask(LATER, may_lose=True)


def cancel(story: Story) -> None:
    story.ask()
    services.cancel(user=story.subscription.user, subscription_id=story.subscription.pk)
    run_jobs()


PAID, FAILED, TO_REVERSE = ("paid", False), ("failed", False), ("paid", True)
STORIES: tuple[tuple[Callable[[Story], None], Sequence[int], Sequence[int], list[Any]], ...] = (
    (refuse_twice, (2,), (0,), [FAILED, FAILED, PAID]),
    (ask_twice, (1, 0), (CANCELLED, 0), [FAILED, PAID]),
    (ask_twice, (0, 1), (0, 0), [PAID, TO_REVERSE]),
    (cancel, (0,), (0,), [PAID]),
)
"""How they begin, which requests the phone answers then and how, and what becomes of requests."""


def end_states(
    server: MpesaDouble, subscription: Subscription, number: int, seed: int | None, count: int
) -> list[State]:
    """In which states `count` stories end that begin alike; nothing of them stays."""
    server.reset()
    story = Story(subscription, server, dice(seed, 0))
    begin, numbers, results, _ = STORIES[number]
    with undone(START):
        begin(story)
        states = []
        for one in range(count):
            asked, answered = dict(server.asked), dict(server.results)
            with undone(past_moment.get()):
                branch = replace(story, dice=dice(seed, one + 1), waiting=[*story.waiting])
                for request, result in zip(numbers, results, strict=True):
                    branch.answer(f"ws_CO_{request:06d}", result)
                states.append(branch.finish())
            server.asked, server.results = asked, answered
        return states


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MpesaDouble]:
    """Asked without HTTP, which other tests have."""
    with mpesa_double() as double, mpesa_settings(double):
        monkeypatch.setattr(daraja, "_post", lambda path, body: double.respond(path, body)[1])
        yield double


@pytest.mark.random
@pytest.mark.slow  # each schedule makes some 100 queries
@pytest.mark.django_db
def test_random_schedules_end_as_the_plain_order(server: MpesaDouble) -> None:
    subscription = subscribe(person("amina"))
    run_jobs()
    for number, (*_, requests) in enumerate(STORIES):
        (plain,) = end_states(server, subscription, number, None, 1)
        assert plain["subscription"][0] == "active"
        assert plain["invoices"] == [("paid", 150_000)]
        assert plain["requests"] == requests
        for seed in range(BEGINNINGS):
            count = SCHEDULES // BEGINNINGS // len(STORIES)
            states = end_states(server, subscription, number, seed, count)
            for ending, state in enumerate(states):
                assert state == plain, f"schedule {number}:{seed}:{ending}"
