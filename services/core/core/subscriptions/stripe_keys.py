"""Idempotency keys of requests to Stripe."""

from core.kit import clock

KEY_SECONDS = 600


def once(name: str) -> dict[str, str]:
    """The option of a request that is made once, however often it is sent in some minutes.

    Stripe repeats its first answer to a key for a day, errors too: later requests have another key.
    What was made meanwhile has to be found by listing it.
    """
    return {"idempotency_key": f"{name}:{int(clock.now().timestamp()) // KEY_SECONDS}"}
