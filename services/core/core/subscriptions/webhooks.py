"""What gateways report. An event is stored once and says only that something changed: what is there
now is retrieved from the gateway. The result of a reversal alone cannot be retrieved."""

from django.conf import settings
from django.db import transaction

from core.jobs.services import schedule
from core.kit.errors import DomainError, NotFound
from core.subscriptions import charges, mpesa, mpesa_charges, mpesa_reversals
from core.subscriptions.gateways import EVENT, has_gateway
from core.subscriptions.models import GatewayEvent


class BadSignature(DomainError):
    code = "bad_signature"
    detail = "The gateway did not sign this body, or did so too long ago."


def receive_stripe_event(*, body: bytes, signature: str) -> None:
    """Store an event and let a job look at the gateway; no-op for one that was received before.

    Raises NotFound without Stripe or without the secret of its webhook, and BadSignature.
    """
    if not has_gateway("stripe") or not settings.STRIPE_WEBHOOK_SECRET:
        raise NotFound
    from core.subscriptions import stripe_gateway

    try:
        event_id, reference = stripe_gateway.signed_event(body, signature)
    except stripe_gateway.NotSigned as error:
        raise BadSignature from error
    _receive(stripe_gateway.NAME, event_id, reference)


@transaction.atomic
def receive_mpesa_callback(*, secret: str, body: bytes) -> None:
    """Let a job ask M-Pesa what became of a request to a phone: nobody signs a callback. No-op for
    a repeated one.

    Raises NotFound without M-Pesa, and for an address that core did not make.
    """
    if not has_gateway(mpesa_charges.NAME):
        raise NotFound
    charge = mpesa_charges.request_of(secret)
    if charge is not None:
        mpesa_charges.store_report(charge, body)
        _receive(mpesa_charges.NAME, f"{charge.pk.hex}:charge", str(charge.pk))
        return
    invoice = mpesa.invoice_of(secret)
    request = mpesa.reported_request(invoice, body)
    _receive(mpesa_charges.NAME, f"{invoice.pk.hex}:{request}", str(invoice.subscription_id))


@transaction.atomic
def receive_mpesa_reversal(*, secret: str, body: bytes) -> None:
    """Whether M-Pesa sent a payment back. No-op for a repeated result, and for one that names
    another reversal.

    Raises NotFound without M-Pesa, and for an address that core did not make.
    """
    if not has_gateway(mpesa_charges.NAME):
        raise NotFound
    request = mpesa_reversals.request_of(secret)
    is_refunded = mpesa_reversals.reported_outcome(request, body)
    if is_refunded is not None:
        charges.end_refund(charge_id=request.pk, is_refunded=is_refunded)


@transaction.atomic
def _receive(gateway: str, event_id: str, reference: str) -> None:
    """Each event gets a job of its own: one that runs may have asked the gateway before."""
    _, is_new = GatewayEvent.objects.get_or_create(
        gateway=gateway, event_id=event_id, defaults={"reference": reference}
    )
    if is_new and reference:
        schedule(EVENT, subject=f"{gateway}:{reference}")
