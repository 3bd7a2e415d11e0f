"""The life of a payment that is made once, as a table."""

from enum import StrEnum

from core.kit.transitions import StateMachine, Transition


class ChargeState(StrEnum):
    OPEN = "open"
    """Asked for, and neither paid nor refused as far as core knows."""
    FAILED = "failed"
    """Refused, or too late. It may still be paid: a phone answers late."""
    PAID = "paid"
    """Paid, and not decided yet: what was paid for is given, or the money goes back."""
    ACCEPTED = "accepted"
    """Paid, and what was paid for was given."""
    REFUND_DUE = "refund_due"
    """A job asks the gateway to send the money back, or the gateway was asked and reports later."""
    REFUND_BY_HAND = "refund_by_hand"
    """The gateway does not send the money back, or does not say so: staff does."""
    REFUNDED = "refunded"


UNSETTLED = (ChargeState.OPEN, ChargeState.FAILED)
"""The states in which the gateway may report a payment."""

CHARGE_STATES = StateMachine(
    "charge",
    (
        Transition(ChargeState.OPEN, "fail", None, ChargeState.FAILED),
        Transition(ChargeState.OPEN, "pay", None, ChargeState.PAID),
        Transition(ChargeState.FAILED, "pay", None, ChargeState.PAID),
        Transition(ChargeState.PAID, "accept", None, ChargeState.ACCEPTED),
        Transition(ChargeState.PAID, "send-back", None, ChargeState.REFUND_DUE),
        Transition(ChargeState.REFUND_DUE, "refund", None, ChargeState.REFUNDED),
        Transition(ChargeState.REFUND_DUE, "leave-to-staff", None, ChargeState.REFUND_BY_HAND),
        Transition(ChargeState.REFUND_DUE, "record-refund", None, ChargeState.REFUNDED),
        Transition(ChargeState.REFUND_BY_HAND, "record-refund", None, ChargeState.REFUNDED),
    ),
)
"""No state leads from accepted to a refund, or back: a charge is spent or sent back, never both."""
