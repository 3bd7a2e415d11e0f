"""Stripe on loopback for tests, as far as core calls it: customers, products, checkout,
subscriptions, invoices, refunds, idempotency keys, a clock that tests move, and signed events. It
computes proration by itself, which core must not."""

import copy
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.http_double import serve
from tests.stripe_forms import Refused, missing, nested
from tests.stripe_payments import complete_payment, refund, session_price

SECRET_KEY = "sk_test_double"
SECONDS = {"month": 30 * 86_400, "year": 365 * 86_400}
Params = dict[str, Any]


@dataclass
class Account:
    """What Stripe stores. Tests act on it as payers, and as time."""

    now: int = field(default_factory=lambda: int(time.time()))
    objects: dict[str, Params] = field(default_factory=dict)
    events: list[Params] = field(default_factory=list)
    answers: dict[str, tuple[int, Params]] = field(default_factory=dict)
    declines: bool = False
    """Whether the card of the payer is refused."""
    refunds_end_as: str = "succeeded"
    refuses_refunds: bool = False
    calls: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """By kind, so that the ids of one do not depend on how many there are of others."""

    # --- what payers and time do --------------------------------------------------------------
    def complete_checkout(self, url: str) -> None:
        """The payer fills in the page: once, and not after it expired."""
        session = self.get("checkout.session", url.rsplit("/", 1)[-1])
        if session["status"] == "expired":
            raise AssertionError("the page has expired")
        if session["status"] == "complete":
            return
        session["status"] = "complete"
        if session["mode"] == "payment":
            complete_payment(self, session)
            return
        price = session["price"]
        subscription = self.add(
            "subscription",
            customer=session["customer"],
            status="incomplete",
            cancel_at_period_end=False,
            items={"object": "list", "data": [self.item(price)], "has_more": False},
            pending=None,
            starts=self.now,
            ends=self.now + SECONDS[price["recurring"]["interval"]],
        )
        lines = [self.line(subscription, price["unit_amount"], price)]
        invoice = self.invoice(subscription, lines, "subscription_create")
        self.event("customer.subscription.created", subscription)
        self.collect(invoice)

    def pay_invoice(self, url: str) -> None:
        """The payer pays on the page of an invoice."""
        invoice = self.get("invoice", url.rsplit("/", 1)[-1])
        if invoice["status"] == "open":
            self.collect(invoice)

    def advance(self, days: int) -> None:
        """The test clock: what ended is renewed or ends."""
        self.now += days * 86_400
        for subscription in self.all("subscription"):
            while subscription["status"] == "active" and subscription["ends"] <= self.now:
                if subscription["cancel_at_period_end"]:
                    self.end(subscription)
                    break
                self.renew(subscription)

    def retry(self) -> None:
        """Stripe tries the unpaid invoices again."""
        for invoice in self.all("invoice"):
            if invoice["status"] == "open" and invoice["billing_reason"] == "subscription_cycle":
                self.collect(invoice)

    def delete_customer(self, key: str) -> None:
        customer = self.get("customer", key)
        for subscription in self.all("subscription", customer=key):
            if subscription["status"] != "canceled":
                self.end(subscription)
        customer["deleted"] = True
        self.event("customer.deleted", customer)

    # --- what follows -------------------------------------------------------------------------
    def renew(self, subscription: Params) -> None:
        price = subscription["items"]["data"][0]["price"]
        subscription["starts"] = subscription["ends"]
        subscription["ends"] += SECONDS[price["recurring"]["interval"]]
        lines = [self.line(subscription, price["unit_amount"], price)]
        invoice = self.invoice(subscription, lines, "subscription_cycle")
        self.collect(invoice)

    def collect(self, invoice: Params) -> None:
        subscription = self.get("subscription", invoice["of"])
        invoice["attempted"] = True
        if self.declines:
            if invoice["billing_reason"] == "subscription_cycle":
                subscription["status"] = "past_due"
            self.event("invoice.payment_failed", invoice)
            return
        invoice["status"] = "paid"
        invoice["status_transitions"]["paid_at"] = self.now
        subscription["status"] = "active"
        if invoice["billing_reason"] == "subscription_update" and subscription["pending"]:
            subscription["items"]["data"][0]["price"] = subscription["pending"]
            subscription["pending"] = None
        self.event("invoice.paid", invoice)

    def end(self, subscription: Params) -> None:
        subscription["status"] = "canceled"
        self.event("customer.subscription.deleted", subscription)

    def void(self, invoice: Params) -> Params:
        if invoice["status"] != "open":
            raise Refused(400, "The invoice is not open.")
        invoice["status"] = "void"
        if invoice["billing_reason"] == "subscription_update":
            self.get("subscription", invoice["of"])["pending"] = None
        self.event("invoice.voided", invoice)
        return invoice

    def change(self, subscription: Params, params: Params) -> Params:
        if subscription["status"] == "canceled":
            raise Refused(400, "A canceled subscription is not changed.")
        if "cancel_at_period_end" in params:
            subscription["cancel_at_period_end"] = params["cancel_at_period_end"] == "true"
        if "items" in params:
            item = subscription["items"]["data"][0]
            price = self.price(params["items"]["0"]["price_data"])
            if params["items"]["0"]["id"] != item["id"]:
                raise missing(params["items"]["0"]["id"])
            if params["proration_behavior"] == "none":
                item["price"] = price
            else:
                self.prorate(subscription, price)
        self.event("customer.subscription.updated", subscription)
        return subscription

    def prorated(self, subscription: Params, new: Params) -> list[Params]:
        """The rest of the price that it has now back, the rest of the new one to pay."""
        old = subscription["items"]["data"][0]["price"]
        left = subscription["ends"] - self.now
        whole = subscription["ends"] - subscription["starts"]
        return [
            self.line(subscription, -(old["unit_amount"] * left // whole), old, self.now),
            self.line(subscription, new["unit_amount"] * left // whole, new, self.now),
        ]

    def prorate(self, subscription: Params, new: Params) -> None:
        """Pending until it is paid."""
        lines = self.prorated(subscription, new)
        subscription["pending"] = new
        invoice = self.invoice(subscription, lines, "subscription_update")
        if not self.declines:
            self.collect(invoice)

    def preview(self, params: Params) -> Params:
        """What the invoice would be; nothing of it is stored."""
        subscription = self.get("subscription", params["subscription"])
        details = params["subscription_details"]
        stored, counts = dict(self.objects), self.counts.copy()
        price = self.price(details["items"]["0"]["price_data"])
        self.objects, self.counts = stored, counts
        if details["proration_behavior"] != "always_invoice":
            raise Refused(400, "Only upgrades are previewed.")
        lines = self.prorated(subscription, price)
        return {
            "object": "invoice",
            "currency": price["currency"],
            "total": sum(line["amount"] for line in lines),
            "lines": {"object": "list", "data": lines, "has_more": False},
        }

    # --- objects ------------------------------------------------------------------------------
    def add(self, kind: str, key: str | None = None, **values: Any) -> Params:
        self.counts[kind] += 1
        prefix = {"customer": "cus", "subscription": "sub", "invoice": "in", "event": "evt"}
        key = key or f"{prefix.get(kind, kind[:2])}_{self.counts[kind]:06d}"
        row = {"id": key, "object": kind, "created": self.now, **values}
        self.objects[key] = row
        return row

    def get(self, kind: str, key: str) -> Params:
        row = self.objects.get(key)
        if row is None or row["object"] != kind:
            raise missing(key)
        return row

    def all(self, kind: str, **values: Any) -> list[Params]:
        """The newest first, as Stripe lists them."""
        rows = [row for row in self.objects.values() if row["object"] == kind]
        found = [row for row in rows if all(row.get(k) == v for k, v in values.items())]
        return [*reversed(found)]

    def item(self, price: Params) -> Params:
        self.counts["item"] += 1
        return {
            "id": f"si_{self.counts['item']:06d}",
            "object": "subscription_item",
            "price": price,
        }

    def price(self, data: Params) -> Params:
        self.get("product", data["product"])
        return self.add(
            "price",
            product=data["product"],
            currency=data["currency"],
            unit_amount=int(data["unit_amount"]),
            recurring=data["recurring"],
        )

    def line(
        self, subscription: Params, amount: int, price: Params, starts: int | None = None
    ) -> Params:
        details = {"proration": starts is not None, "subscription": subscription["id"]}
        return {
            "object": "line_item",
            "amount": amount,
            "period": {"start": starts or subscription["starts"], "end": subscription["ends"]},
            "pricing": {"price_details": {"product": price["product"], "price": price["id"]}},
            "parent": {"subscription_item_details": details},
        }

    def invoice(self, subscription: Params, lines: list[Params], reason: str) -> Params:
        price = subscription["items"]["data"][0]["price"]
        invoice = self.add(
            "invoice",
            customer=subscription["customer"],
            of=subscription["id"],
            status="open",
            attempted=False,
            billing_reason=reason,
            currency=price["currency"],
            total=sum(line["amount"] for line in lines),
            lines={"object": "list", "data": lines, "has_more": False},
            status_transitions={"paid_at": None},
        )
        invoice["hosted_invoice_url"] = f"https://pay.example/{invoice['id']}"
        self.event("invoice.finalized", invoice)
        return invoice

    def event(self, kind: str, about: Params) -> None:
        """With the object as it is now: a late event shows a former state."""
        self.counts["event"] += 1
        self.events.append(
            {
                "id": f"evt_{self.counts['event']:06d}",
                "object": "event",
                "type": kind,
                "data": {"object": copy.deepcopy(about)},
            }
        )

    # --- HTTP ---------------------------------------------------------------------------------
    def answer(self, method: str, path: str, params: Params) -> Params:
        for (verb, pattern), call in ROUTES.items():
            if verb == method and (match := re.fullmatch(pattern, path)):
                return call(self, params, *match.groups())
        raise Refused(404, f"Unrecognized request URL ({method}: {path})")

    def create_session(self, params: Params) -> Params:
        if self.get("customer", params["customer"]).get("deleted"):
            raise Refused(400, "No such customer")
        session = self.add(
            "checkout.session",
            mode=params["mode"],
            status="open",
            payment_status="unpaid",
            payment_intent=None,
            price=session_price(self, params),
            customer=params["customer"],
            client_reference_id=params["client_reference_id"],
        )
        session["url"] = f"https://checkout.example/{session['id']}"
        return session

    def expire_session(self, key: str) -> Params:
        session = self.get("checkout.session", key)
        if session["status"] != "open":
            raise Refused(400, "Only open sessions expire.")
        session["status"] = "expired"
        return session

    def cancel(self, key: str) -> Params:
        subscription = self.get("subscription", key)
        self.end(subscription)
        return subscription

    def list(self, kind: str, params: Params) -> Params:
        by = "payment_intent" if kind == "refund" else "customer"
        rows = self.all(kind, **{by: params[by]})
        return {"object": "list", "data": rows, "has_more": False, "url": "/v1/list"}


Route = Callable[..., Params]
KEY = r"([\w-]+)"
ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "/v1/customers"): lambda a, p: a.add("customer", metadata=p.get("metadata", {})),
    ("GET", f"/v1/customers/{KEY}"): lambda a, _, key: a.get("customer", key),
    ("POST", "/v1/products"): lambda a, p: a.add("product", p["id"], name=p["name"]),
    ("GET", f"/v1/products/{KEY}"): lambda a, _, key: a.get("product", key),
    ("GET", f"/v1/prices/{KEY}"): lambda a, _, key: a.get("price", key),
    ("POST", "/v1/checkout/sessions"): lambda a, p: a.create_session(p),
    ("GET", "/v1/checkout/sessions"): lambda a, p: a.list("checkout.session", p),
    ("POST", f"/v1/checkout/sessions/{KEY}/expire"): lambda a, _, key: a.expire_session(key),
    ("GET", "/v1/refunds"): lambda a, p: a.list("refund", p),
    ("POST", "/v1/refunds"): refund,
    ("GET", "/v1/subscriptions"): lambda a, p: a.list("subscription", p),
    ("POST", f"/v1/subscriptions/{KEY}"): lambda a, p, key: a.change(a.get("subscription", key), p),
    ("DELETE", f"/v1/subscriptions/{KEY}"): lambda a, _, key: a.cancel(key),
    ("GET", "/v1/invoices"): lambda a, p: a.list("invoice", p),
    ("POST", "/v1/invoices/create_preview"): lambda a, p: a.preview(p),
    ("POST", f"/v1/invoices/{KEY}/void"): lambda a, _, key: a.void(a.get("invoice", key)),
}


class StripeDouble:
    """The account behind HTTP."""

    def __init__(self) -> None:
        self.account = Account()
        self.statuses: list[int] = []
        """What it answers first, in place of answers."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        serve(self._server)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def respond(self, method: str, target: str, body: str, key: str | None) -> tuple[int, Params]:
        parts = urlsplit(target)
        self.account.calls.append(f"{method} {parts.path}")
        if self.statuses:
            status, down = self.statuses.pop(0), {"error": {"type": "api_error", "message": "down"}}
            if key is not None:
                self.account.answers[key] = status, down
            return status, down
        if key is not None and key in self.account.answers:
            return self.account.answers[key]
        try:
            answer = self.account.answer(method, parts.path, nested(body or parts.query))
        except Refused as error:
            kind = {"type": "invalid_request_error", "message": str(error)}
            return error.status, {"error": kind}
        if key is not None and method == "POST":
            self.account.answers[key] = 200, copy.deepcopy(answer)
        return 200, answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                status, answer = 401, {"error": {"type": "invalid_request_error", "message": ""}}
                if self.headers["Authorization"] == f"Bearer {SECRET_KEY}":
                    key = self.headers.get("Idempotency-Key") if self.command == "POST" else None
                    status, answer = double.respond(self.command, self.path, body, key)
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@contextmanager
def stripe_double() -> Iterator[StripeDouble]:
    double = StripeDouble()
    try:
        yield double
    finally:
        double.close()
