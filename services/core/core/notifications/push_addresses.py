"""The address of a browser for web push, which is stored encrypted for its user."""

import hashlib
import json
from typing import NamedTuple

from cryptography.exceptions import InvalidTag

from core.notifications.models import PushSubscription
from core.users.encryption import decrypt, encrypt


class PushAddress(NamedTuple):
    endpoint: str
    p256dh: str
    auth: str


def new_subscription(user_id: int, address: PushAddress) -> PushSubscription:
    """Not saved."""
    return PushSubscription(
        user_id=user_id,
        endpoint_hash=endpoint_hash(address.endpoint),
        encrypted=encrypt(json.dumps(address).encode(), context=address_context(user_id)),
    )


def address_of(subscription: PushSubscription) -> PushAddress | None:
    """None if it is unreadable: the secret key was changed without `reencrypt_secrets`."""
    try:
        context = address_context(subscription.user_id)
        return PushAddress(*json.loads(decrypt(bytes(subscription.encrypted), context=context)))
    except InvalidTag:
        return None


def endpoint_hash(endpoint: str) -> str:
    """Without a key, because nobody can guess an endpoint."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def address_context(user_id: int) -> str:
    return f"push:{user_id}"
