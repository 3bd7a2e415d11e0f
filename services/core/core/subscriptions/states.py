"""The life of a subscription, as a table. People cancel and resume, settled payments settle, time
lets the rest happen."""

from datetime import timedelta

from core.kit.transitions import StateMachine, Transition
from ongoza_contracts.subscriptions import SubscriptionState

GRACE = timedelta(days=21)
"""How long the features stay while the payment of a period is missing."""
INCOMPLETE_LASTS = timedelta(days=1)
"""How long the first payment is waited for."""

_INCOMPLETE, _TRIALING = SubscriptionState.INCOMPLETE, SubscriptionState.TRIALING
_ACTIVE, _PAST_DUE = SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE
_CANCELLED, _EXPIRED = SubscriptionState.CANCELLED, SubscriptionState.EXPIRED

SUBSCRIPTION_STATES = StateMachine(
    "subscription",
    (
        Transition(_INCOMPLETE, "settle", None, _ACTIVE),
        Transition(_INCOMPLETE, "cancel", None, _EXPIRED),
        Transition(_INCOMPLETE, "expire", None, _EXPIRED),
        Transition(_TRIALING, "settle", None, _ACTIVE),
        Transition(_TRIALING, "cancel", None, _CANCELLED),
        Transition(_TRIALING, "change-plan", None, _TRIALING),
        Transition(_TRIALING, "lapse", None, _PAST_DUE),
        Transition(_ACTIVE, "settle", None, _ACTIVE),
        Transition(_ACTIVE, "cancel", None, _CANCELLED),
        Transition(_ACTIVE, "change-plan", None, _ACTIVE),
        Transition(_ACTIVE, "lapse", None, _PAST_DUE),
        Transition(_PAST_DUE, "settle", None, _ACTIVE),
        Transition(_PAST_DUE, "cancel", None, _EXPIRED),
        Transition(_PAST_DUE, "expire", None, _EXPIRED),
        Transition(_CANCELLED, "settle", None, _CANCELLED),
        Transition(_CANCELLED, "resume", None, _ACTIVE),
        Transition(_CANCELLED, "resume-trial", None, _TRIALING),
        Transition(_CANCELLED, "expire", None, _EXPIRED),
        Transition(_EXPIRED, "settle", None, _ACTIVE),
    ),
)
"""A payment that arrives after the end begins the subscription again. A subscription that is
cancelled while nothing is paid for ends at once."""
