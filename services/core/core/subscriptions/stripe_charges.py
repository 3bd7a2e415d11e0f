"""Charges at Stripe. A charge of ours is a customer there, as a subscription is: so its events name
it, and everything that was asked for it is found."""

from typing import Any

import stripe

from core.subscriptions.charge_states import ChargeState
from core.subscriptions.gateways import ChargeOrder, NothingToPay, RefundByHand
from core.subscriptions.stripe_keys import once

GIVEN_BACK = ("pending", "succeeded")
"""The states of a refund that Stripe makes without anybody's help."""


def new_customer(api: Any, order: ChargeOrder) -> str:
    """Stripe learns no name and no address from us: it asks the payer."""
    made = api.customers.create({"metadata": {"charge": str(order.id)}}, once(f"charge:{order.id}"))
    return str(made.id)


def page_address(api: Any, order: ChargeOrder, amount: int, page: str) -> str:
    """One page for a charge, so that nobody pays twice; Stripe closes it after a day. Raises
    NothingToPay once it is closed or paid."""
    sessions = _sessions(api, order.reference)
    if not sessions:
        price = {
            "currency": order.price.currency.lower(),
            "unit_amount": amount,
            "product_data": {"name": "Ongoza CyberHub"},
        }
        made = api.checkout.sessions.create(
            {
                "mode": "payment",
                "customer": order.reference,
                "client_reference_id": str(order.id),
                "line_items": [{"price_data": price, "quantity": 1}],
                "success_url": f"{page}?paying=page",
                "cancel_url": page,
            },
            once(f"page:{order.id}"),
        )
        return str(made.url)
    opened = [one for one in sessions if one.status == "open"]
    if not opened:
        raise NothingToPay
    return str(opened[0].url)


def close_page(api: Any, customer: str) -> None:
    for session in _sessions(api, customer):
        if session.status == "open":
            api.checkout.sessions.expire(session.id)


def state_of(api: Any, customer: str) -> ChargeState:
    """A page that was filled in may still wait for a bank."""
    sessions = _sessions(api, customer)
    if any(_is_paid(one) for one in sessions):
        return ChargeState.PAID
    is_over = sessions and all(one.status == "expired" for one in sessions)
    return ChargeState.FAILED if is_over else ChargeState.OPEN


def refund(api: Any, order: ChargeOrder) -> None:
    """Stripe forgets the key of a request: what it sent back before is looked up. Raises
    RefundByHand where a repetition would not help."""
    paid = [one.payment_intent for one in _sessions(api, order.reference) if _is_paid(one)]
    for intent in paid:
        earlier = api.refunds.list({"payment_intent": intent, "limit": 100})
        if any(one.status in GIVEN_BACK for one in earlier.auto_paging_iter()):
            continue
        try:
            made = api.refunds.create({"payment_intent": intent}, once(f"refund:{order.id}"))
        except (stripe.InvalidRequestError, stripe.PermissionError):
            raise RefundByHand from None
        if made.status not in GIVEN_BACK:
            raise RefundByHand
    if not paid:
        raise RefundByHand


def _sessions(api: Any, customer: str) -> list[Any]:
    rows = api.checkout.sessions.list({"customer": customer, "limit": 100})
    return [*rows.auto_paging_iter()]


def _is_paid(session: Any) -> bool:
    return bool(session.payment_status == "paid")
