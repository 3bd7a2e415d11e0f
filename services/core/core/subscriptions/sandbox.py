"""A payment gateway without money, for development and demonstrations: `PAYMENT_SANDBOX=1`.

Its invoices are paid by `manage.py sandbox_payment`, and by nothing that a client can send."""

from uuid import UUID

from core.kit import clock
from core.subscriptions.gateways import Order
from core.subscriptions.models import SandboxInvoice
from core.subscriptions.money import ISO
from core.subscriptions.single_payments import UNPAID, SinglePayments
from ongoza_contracts.subscriptions import InvoiceState

NAME = "sandbox"


class SandboxGateway(SinglePayments):
    name = NAME
    units = ISO
    currencies = None
    model = SandboxInvoice

    def start_payment(self, order: Order, phone: str) -> str:
        return ""


def record_payment(invoice_id: UUID, state: InvoiceState) -> str | None:
    """Let an unpaid invoice be paid, or an attempt at it fail; return its subscription's reference.
    None where there is no unpaid invoice with this id."""
    paid_at = clock.now() if state is InvoiceState.PAID else None
    rows = SandboxInvoice.objects.filter(pk=invoice_id, state__in=UNPAID)
    if not rows.update(state=state, paid_at=paid_at):
        return None
    return str(SandboxInvoice.objects.get(pk=invoice_id).subscription_id)
