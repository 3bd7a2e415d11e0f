"""Payments and refunds of the double of Stripe that belong to no subscription."""

from typing import TYPE_CHECKING, Any

from tests.stripe_forms import Refused, missing

if TYPE_CHECKING:
    from tests.stripe_double import Account

Params = dict[str, Any]


def session_price(account: "Account", params: Params) -> Params:
    """Without a product of ours where the page is for one payment."""
    data: Params = params["line_items"]["0"]["price_data"]
    return data if params["mode"] == "payment" else account.price(data)


def complete_payment(account: "Account", session: Params) -> None:
    session["payment_status"] = "paid"
    session["payment_intent"] = f"pi_{session['id']}"
    account.event("checkout.session.completed", session)


def refund(account: "Account", params: Params) -> Params:
    """Of a whole payment: once."""
    intent = params["payment_intent"]
    if not account.all("checkout.session", payment_intent=intent):
        raise missing(intent)
    if account.refuses_refunds:
        raise Refused(400, "The payment is disputed.")
    if account.all("refund", payment_intent=intent, status="succeeded"):
        raise Refused(400, "The charge has already been refunded.")
    return account.add("refund", payment_intent=intent, status=account.refunds_end_as)
