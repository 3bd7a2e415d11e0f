"""Payments of enrolments through the gateways. Nothing that a client sends marks one as paid: a job
decides once a gateway has reported the payment, under the locks of everything else about seats."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.cohorts import enrolments
from core.cohorts.models import ACCEPTING, Enrolment
from core.cohorts.notifications import PAYMENT_RETURNED
from core.kit import clock
from core.kit.errors import DomainError, NotFound
from core.notifications.services import notify
from core.subscriptions import charges
from core.subscriptions.gateway_time import limited_time
from core.subscriptions.gateways import NothingToPay, gateway_for
from core.subscriptions.models import Charge
from core.subscriptions.money import Money
from core.subscriptions.plans import NoPrice, require_payable
from core.users.models import User
from ongoza_contracts.cohorts import EnrolmentState, PoolKind

PAYMENT = "cohorts.payment"
"""The kind of the job that decides about a paid charge."""


def prices_of(enrolment: Enrolment) -> list[Money]:
    """What the enrolment costs, by currency: the lower one of its code's and the cohort's price.
    Empty unless it waits for a payment, in a closed cohort, and where staff alone confirms
    payments."""
    is_due = enrolment.state == EnrolmentState.PENDING_PAYMENT and enrolment.pool == PoolKind.PAID
    if not is_due or enrolment.cohort.state not in ACCEPTING:
        return []
    code = enrolment.code
    lower = {row.currency: row.amount for row in code.prices.all()} if code else {}
    return [
        Money(min(row.amount, lower.get(row.currency, row.amount)), row.currency)
        for row in enrolment.cohort.prices.all()
    ]


@limited_time()
def start_payment(
    *,
    user: User,
    enrolment_id: UUID,
    currency: str,
    gateway_name: str | None = None,
    phone: str = "",
) -> str:
    """Where the learner pays for the enrolment: the address of the gateway's page, or an empty text
    where it asks the phone. The caller waits for the gateway.

    Call it outside of a transaction. Raises NotFound for an enrolment of somebody else,
    NothingToPay, PaymentOpen, CohortNotAccepting, HoldExpired, NoPrice, NoGateway, WrongPhone,
    PaymentRefused, GatewayUnavailable and Busy.
    """
    gateway = gateway_for(currency, gateway_name)
    enrolment = Enrolment.objects.filter(pk=enrolment_id, user=user).first()
    if enrolment is None:
        raise NotFound
    charges.settle_open(enrolment_id, gateway.name, _price_in(enrolment, currency))
    with enrolments.locked_cohort(enrolment.cohort_id, {user.pk}):
        price = _due_price(Enrolment.objects.get(pk=enrolment_id), currency)
        require_payable(gateway, price)
        charge = charges.open_charge(
            purpose=PAYMENT, subject=enrolment_id, gateway_name=gateway.name, price=price
        )
    page = f"/cohorts/{enrolment.cohort_id}"
    return charges.start_charge(charge, phone=phone, page=page)


def decide(*, charge_id: UUID) -> None:
    """Give the learner the seat that a paid charge is for, or send the money back; no-op for a
    charge that is not paid or is decided about.

    A learner whose hold expired gets a free seat. Raises NotFound and Busy.
    """
    found = Charge.objects.filter(pk=charge_id).values_list("subject", flat=True).first()
    if found is None:
        raise NotFound
    place = Enrolment.objects.filter(pk=found).values_list("cohort_id", "user_id").first()
    if place is None:  # the learner was erased
        with transaction.atomic():
            if (charge := charges.get_paid_for_update(charge_id)) is not None:
                charges.send_back(charge)
        return
    cohort_id, user_id = place
    with enrolments.locked_cohort(cohort_id, {user_id}):
        enrolment = Enrolment.objects.select_for_update(no_key=True).get(pk=found)
        charge = charges.get_paid_for_update(charge_id)
        if charge is None:
            return
        if _give_seat(enrolment, charge):
            charges.accept(charge)
        else:
            charges.send_back(charge)
            notify(user_id=user_id, kind=PAYMENT_RETURNED, subject=str(charge.pk), version=1)


def _give_seat(enrolment: Enrolment, charge: Charge) -> bool:
    if enrolment.state == EnrolmentState.PENDING_PAYMENT:
        enrolments.activate_paid(enrolment, str(charge.pk))
        return True
    newest = enrolment.cohort.enrolments.filter(user=enrolment.user_id).latest("pk")
    if enrolment.state != EnrolmentState.EXPIRED or newest != enrolment:
        return False
    try:
        with transaction.atomic():  # a refusal leaves nothing behind
            enrolments.begin_again(enrolment, str(charge.pk))
    except (DomainError, PermissionDenied):
        return False
    return True


def _due_price(enrolment: Enrolment, currency: str) -> Money:
    """The caller holds the cohort's lock. Raises NothingToPay, CohortNotAccepting, HoldExpired and
    NoPrice."""
    if enrolment.state != EnrolmentState.PENDING_PAYMENT:
        raise NothingToPay
    if enrolment.cohort.state not in ACCEPTING:
        raise enrolments.CohortNotAccepting
    if enrolment.expires_at is not None and enrolment.expires_at <= clock.now():
        raise enrolments.HoldExpired
    price = _price_in(enrolment, currency)
    if price is None:
        raise NoPrice(f"The seat has no price in {currency}.")
    return price


def _price_in(enrolment: Enrolment, currency: str) -> Money | None:
    return next((one for one in prices_of(enrolment) if one.currency == currency), None)
