"""How long gateways are asked, and that nobody waits for a lock meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from core.kit.breaker import FAILURES, Breaker
from core.subscriptions import daraja, gateway_time, services, stripe_gateway
from core.subscriptions.gateways import GatewayInvoice, GatewayUnavailable
from core.subscriptions.models import Invoice, SandboxInvoice
from core.subscriptions.sandbox import SandboxGateway
from core.users.models import User
from tests.mpesa_double import PHONE, MpesaDouble, mpesa_double
from tests.stripe_double import StripeDouble, stripe_double
from tests.unit.core.mpesa_rows import mpesa_settings
from tests.unit.core.notified import run_jobs
from tests.unit.core.stripe_rows import stripe_settings
from tests.unit.core.subscription_rows import open_invoice, subscribe
from tests.unit.core.world import person, refusal, signed_in


@pytest.fixture(autouse=True)
def closed_breakers(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (daraja, stripe_gateway):
        monkeypatch.setattr(module, "breaker", Breaker())


@pytest.fixture
def stripe(db: None) -> Iterator[StripeDouble]:
    with stripe_double() as server, stripe_settings(server):
        yield server


@pytest.fixture
def mpesa(db: None) -> Iterator[MpesaDouble]:
    with mpesa_double() as server, mpesa_settings(server):
        yield server


class SlowTime:
    """Of a gateway that needs three seconds for each call."""

    def __init__(self) -> None:
        self.calls = 0

    def monotonic(self) -> float:
        return 3.0 * self.calls

    def slow(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def slowed(*args: Any, **options: Any) -> Any:
            self.calls += 1
            return call(*args, **options)

        return slowed


@pytest.fixture
def slow_time(monkeypatch: pytest.MonkeyPatch) -> SlowTime:
    slow = SlowTime()
    monkeypatch.setattr(gateway_time, "time", slow)
    return slow


def test_all_calls_to_stripe_share_the_time_of_one_request(
    stripe: StripeDouble, slow_time: SlowTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    amina = person("amina")
    subscription = subscribe(amina)
    path = f"subscriptions/{subscription.pk}/pay/"
    with monkeypatch.context() as patch:
        patch.setattr(stripe, "respond", slow_time.slow(stripe.respond))
        assert refusal(signed_in(amina).call("POST", path))[:2] == (503, "unavailable")
    assert slow_time.calls == 4  # the fourth began before ten seconds were over
    assert signed_in(amina).call("POST", path)[0] == 200


def test_a_phone_is_not_asked_when_the_time_is_over(
    mpesa: MpesaDouble, slow_time: SlowTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    amina = person("amina")
    subscription = subscribe(amina)
    run_jobs()
    path = f"subscriptions/{subscription.pk}/pay/"
    monkeypatch.setattr(gateway_time, "BUDGET_SECONDS", 0)
    answer = signed_in(amina).call("POST", path, {"phone": PHONE})
    assert (refusal(answer)[:2], mpesa.asked) == ((503, "unavailable"), {})
    monkeypatch.undo()
    assert signed_in(amina).call("POST", path, {"phone": PHONE})[0] == 200
    assert len(mpesa.asked) == 1


def test_stripe_is_not_asked_for_a_while_after_failures_in_a_row(stripe: StripeDouble) -> None:
    stripe.statuses = [503] * FAILURES
    gateway = stripe_gateway.StripeGateway()
    for _ in range(FAILURES):
        with pytest.raises(GatewayUnavailable):
            gateway.retrieve("cus_000001")
    assert len(stripe.account.calls) == FAILURES
    stripe_gateway.breaker.closed_from = 0.0  # the while is over
    assert gateway.retrieve("cus_000001") == []


def test_mpesa_is_not_asked_for_a_while_after_failures_in_a_row(mpesa: MpesaDouble) -> None:
    with override_settings(MPESA_API_URL="http://127.0.0.1:9"):
        for _ in range(FAILURES):
            with pytest.raises(GatewayUnavailable):
                daraja.outcome_of("ws_CO_1")
    with pytest.raises(GatewayUnavailable):
        daraja.outcome_of("ws_CO_1")
    daraja.breaker.closed_from = 0.0
    mpesa.asked["ws_CO_1"] = {}
    assert daraja.outcome_of("ws_CO_1") is daraja.Outcome.WAITING


def test_a_token_of_mpesa_is_fetched_once_in_its_life(
    mpesa: MpesaDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daraja, "token", daraja.AccessToken())
    moment = 1000.0
    monkeypatch.setattr(daraja, "time", SimpleNamespace(monotonic=lambda: moment))
    mpesa.asked["ws_CO_1"] = {}
    for seconds, fetched in ((0, 1), (3599 - 61, 1), (3599 - 59, 2)):
        moment = 1000.0 + seconds
        daraja.outcome_of("ws_CO_1")
        assert mpesa.tokens == fetched


@pytest.mark.parametrize("invalid", [(404, "404.001.03"), (400, "400.003.01"), (401, "")])
def test_a_token_that_mpesa_takes_no_more_is_replaced_once(
    invalid: tuple[int, str], mpesa: MpesaDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    mpesa.invalid_token = invalid
    mpesa.asked["ws_CO_1"] = {}
    daraja.outcome_of("ws_CO_1")
    mpesa.tokens += 1  # which ends ours
    fetched = mpesa.tokens
    assert daraja.outcome_of("ws_CO_1") is daraja.Outcome.WAITING
    assert mpesa.tokens == fetched + 1
    monkeypatch.setattr(daraja.token, "get", lambda _: "another")
    with pytest.raises(daraja.NotSent):
        daraja.outcome_of("ws_CO_1")


@pytest.fixture
def unpaid(transactional_db: None) -> User:
    user = person("amina")
    open_invoice(subscribe(user))
    return user


def settle(user: User) -> None:
    services.settle(gateway_name="sandbox", reference=str(user.subscriptions.get().pk))


def test_a_gateway_is_asked_without_locks(unpaid: User, monkeypatch: pytest.MonkeyPatch) -> None:
    locks: list[bool] = []
    retrieve = SandboxGateway.retrieve

    def noted(self: SandboxGateway, reference: str) -> Sequence[GatewayInvoice]:
        locks.append(connection.in_atomic_block)
        return retrieve(self, reference)

    monkeypatch.setattr(SandboxGateway, "retrieve", noted)
    settle(unpaid)
    assert locks == [False]


def test_what_was_settled_meanwhile_is_not_overwritten(
    unpaid: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    retrieve = SandboxGateway.retrieve

    def late(self: SandboxGateway, reference: str) -> Sequence[GatewayInvoice]:
        """The answer of before the payment, after somebody else stored the payment."""
        former = retrieve(self, reference)
        if SandboxInvoice.objects.filter(state="open").update(state="paid"):
            settle(unpaid)
        return former

    monkeypatch.setattr(SandboxGateway, "retrieve", late)
    settle(unpaid)
    assert Invoice.objects.get().state == "paid"
    assert unpaid.subscriptions.get().state == "active"
