"""A payment gateway without money, for development and demonstrations: `PAYMENT_SANDBOX=1`.

Its invoices and charges are paid by `manage.py sandbox_payment`, and by nothing that a client can
send."""

from uuid import UUID

from core.kit import clock
from core.subscriptions.charge_states import UNSETTLED, ChargeState
from core.subscriptions.gateways import ChargeOrder, Order
from core.subscriptions.models import SandboxCharge, SandboxInvoice
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

    def request_charge(self, order: ChargeOrder) -> str:
        return str(order.id)

    def start_charge(self, order: ChargeOrder, phone: str, page: str) -> str:
        SandboxCharge.objects.get_or_create(pk=order.id)
        return ""

    def close_charge(self, order: ChargeOrder) -> bool:
        opened = SandboxCharge.objects.filter(pk=order.id, state=ChargeState.OPEN)
        opened.update(state=ChargeState.FAILED)
        return True

    def retrieve_charge(self, order: ChargeOrder) -> ChargeState:
        found = SandboxCharge.objects.filter(pk=order.id).first()
        state = ChargeState(found.state) if found else ChargeState.OPEN
        return ChargeState.PAID if state is ChargeState.REFUNDED else state

    def refund_charge(self, order: ChargeOrder) -> None:
        paid = SandboxCharge.objects.filter(pk=order.id, state=ChargeState.PAID)
        paid.update(state=ChargeState.REFUNDED)


def record_payment(invoice_id: UUID, state: InvoiceState) -> str | None:
    """Let an unpaid invoice or charge be paid, or an attempt at it fail; return the reference by
    which it is settled. None where there is no unpaid one with this id."""
    charges = SandboxCharge.objects.filter(pk=invoice_id, state__in=UNSETTLED)
    if charges.update(state=state.value):
        return str(invoice_id)
    paid_at = clock.now() if state is InvoiceState.PAID else None
    rows = SandboxInvoice.objects.filter(pk=invoice_id, state__in=UNPAID)
    if not rows.update(state=state, paid_at=paid_at):
        return None
    return str(SandboxInvoice.objects.get(pk=invoice_id).subscription_id)
