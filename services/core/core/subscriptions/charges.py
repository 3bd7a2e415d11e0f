"""Payments that are made once, outside of any subscription. What they are for is another app's: it
holds the lock of that, asks for a charge, and decides about it in a job once it is paid. Gateways
are asked without locks."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import Conflict, NotFound
from core.subscriptions.charge_states import CHARGE_STATES, UNSETTLED, ChargeState
from core.subscriptions.gateways import (
    EVENT,
    ChargeOrder,
    NoGateway,
    NothingToPay,
    RefundByHand,
    RefundPending,
    gateway_named,
)
from core.subscriptions.models import Charge
from core.subscriptions.money import Money

REFUND = "subscriptions.refund"
LOOKS_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1))
"""When a gateway is asked what became of a charge, in case its report gets lost."""
log = logging.getLogger(__name__)


class PaymentOpen(Conflict):
    code = "payment_open"
    detail = "A payment at another price is open. Pay it, or try again in five minutes."


def charges_of(subjects: Iterable[UUID]) -> Sequence[Charge]:
    """What was asked for these subjects, the oldest first."""
    return [*Charge.objects.filter(subject__in=subjects)]


def open_charge(*, purpose: str, subject: UUID, gateway_name: str, price: Money) -> Charge:
    """The charge that waits for this payment, or a new one.

    The caller holds the lock of the subject. Raises NothingToPay while a payment is being decided,
    and PaymentOpen while one at another price can be made.
    """
    own = Charge.objects.filter(subject=subject)
    if own.filter(state=ChargeState.PAID).exists():
        raise NothingToPay
    charge, _ = own.get_or_create(
        gateway=gateway_name,
        currency=price.currency,
        state=ChargeState.OPEN,
        defaults={"purpose": purpose, "subject": subject, "amount": price.amount},
    )
    if charge.amount != price.amount:
        raise PaymentOpen
    return charge


def start_charge(charge: Charge, *, phone: str, page: str) -> str:
    """Where the charge is paid: the address of the gateway's page, or an empty text where it asks
    the phone, whose number is stored nowhere. May be repeated.

    Call it outside of a transaction. Raises WrongPhone, PaymentRefused, NoGateway and
    GatewayUnavailable.
    """
    gateway = gateway_named(charge.gateway)
    if not charge.reference:
        charge.reference = gateway.request_charge(_order(charge))
        charge.save(update_fields=["reference"])
    with transaction.atomic():
        for after in LOOKS_AFTER:
            subject = f"{charge.gateway}:{charge.reference}"
            schedule(EVENT, subject=subject, due_at=clock.now() + after)
    return gateway.start_charge(_order(charge), phone, page)


def settle_open(subject: UUID, gateway_name: str, price: Money | None) -> None:
    """Ask a gateway about its open charges of a subject, and let it stop asking for those whose
    price is not the present one. Call it outside of a transaction. Raises NoGateway and
    GatewayUnavailable."""
    for charge in Charge.objects.filter(
        subject=subject, gateway=gateway_name, state=ChargeState.OPEN
    ):
        is_other = price is not None and price != charge.money
        is_closed = is_other and gateway_named(gateway_name).close_charge(_order(charge))
        if charge.reference:
            settle_charge(gateway_name=gateway_name, reference=charge.reference)
        if is_closed:
            with transaction.atomic():
                charge = _get_for_update(charge.pk)
                if charge.state == ChargeState.OPEN:
                    _move(charge, "fail")


def settle_charge(*, gateway_name: str, reference: str) -> None:
    """Ask the gateway whether a charge was paid; if it was, a job decides about it.

    The one way to a payment: jobs, commands and webhooks call it, as often and in whatever order
    they come. Call it outside of a transaction. Raises NotFound for a reference that no charge has,
    NoGateway and GatewayUnavailable.
    """
    rows = Charge.objects.filter(gateway=gateway_name, reference=reference).exclude(reference="")
    charge = rows.first()
    if charge is None:
        raise NotFound
    if charge.state not in UNSETTLED:
        return
    found = gateway_named(gateway_name).retrieve_charge(_order(charge))
    with transaction.atomic():
        charge = _get_for_update(charge.pk)
        if found is ChargeState.PAID and charge.state in UNSETTLED:
            charge.paid_at = clock.now()
            _move(charge, "pay")
            schedule(charge.purpose, subject=str(charge.pk))
        elif found is ChargeState.FAILED and charge.state == ChargeState.OPEN:
            _move(charge, "fail")


def get_paid_for_update(charge_id: UUID) -> Charge | None:
    """A paid charge about which nobody decided; None for any other. The caller has a transaction,
    and the locks of what the charge is for."""
    charge = _get_for_update(charge_id)
    return charge if charge.state == ChargeState.PAID else None


def accept(charge: Charge) -> None:
    """What was paid for was given. The caller holds the charge's lock."""
    _move(charge, "accept")


def send_back(charge: Charge) -> None:
    """The money goes back by a job. The caller holds the charge's lock."""
    _move(charge, "send-back")
    schedule(REFUND, subject=str(charge.pk))


def refund(*, charge_id: UUID) -> None:
    """Let the gateway send the money back; no-op for a charge of which nothing is to be sent back,
    or no more. A gateway that reports later is looked at again when its time is over. Call it
    outside of a transaction. Raises NotFound and GatewayUnavailable."""
    charge = Charge.objects.filter(pk=charge_id).first()
    if charge is None:
        raise NotFound
    if charge.state != ChargeState.REFUND_DUE:
        return
    is_refunded = True
    try:
        gateway_named(charge.gateway).refund_charge(_order(charge))
    except (RefundByHand, NoGateway):
        is_refunded = False
    except RefundPending as pending:
        schedule(REFUND, subject=str(charge.pk), due_at=pending.until)
        return
    end_refund(charge_id=charge_id, is_refunded=is_refunded)


@transaction.atomic
def end_refund(*, charge_id: UUID, is_refunded: bool) -> None:
    """What became of a refund that a gateway was asked for; no-op for a charge of which nothing is
    to be sent back. Where it failed staff sends the money back, unless a later report says that the
    gateway did. Raises NotFound."""
    charge = _get_for_update(charge_id)
    if charge.state == ChargeState.REFUND_DUE and is_refunded:
        _move(charge, "refund")
    elif charge.state == ChargeState.REFUND_DUE:
        _move(charge, "leave-to-staff")
        log.error("The charge %s is to be refunded by hand", charge.pk)
    elif charge.state == ChargeState.REFUND_BY_HAND and is_refunded:
        _move(charge, "record-refund")


@transaction.atomic
def record_refund(*, charge_id: UUID) -> None:
    """Staff sent the money back by hand. Raises NotFound, and IllegalTransition for a charge that
    is not to be sent back."""
    _move(_get_for_update(charge_id), "record-refund")


def _move(charge: Charge, action: str) -> None:
    CHARGE_STATES.move(charge, action)
    if charge.state == ChargeState.REFUNDED:
        charge.refunded_at = clock.now()
    charge.save()


def _get_for_update(charge_id: UUID) -> Charge:
    charge = Charge.objects.select_for_update(no_key=True).filter(pk=charge_id).first()
    if charge is None:
        raise NotFound
    return charge


def _order(charge: Charge) -> ChargeOrder:
    return ChargeOrder(id=charge.pk, price=charge.money, reference=charge.reference)
