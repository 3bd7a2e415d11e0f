"""Notifications by web push: to every browser that the user subscribed."""

import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings

from core.kit.outgoing import post
from core.notifications import push_encryption
from core.notifications.channels import DeliveryAbandoned, Message, NotAccepted
from core.notifications.models import PushSubscription
from core.notifications.push_addresses import PushAddress, address_of
from core.users.models import User

SECONDS_TO_LIVE = 24 * 3600
DELETED_STATUSES = (404, 410)
RETRIED_STATUSES = (408, 425, 429)


class PushChannel:
    """A repeated message replaces the first one while the push service still has it.

    It says the kind alone: the browser shows it in its own words, perhaps on a locked screen.
    """

    sends_at_most_once = False

    def destinations(self, user: User, *, urgent: bool) -> Sequence[str]:
        if not settings.VAPID_PRIVATE_KEY:
            return []
        ids = PushSubscription.objects.filter(user=user).values_list("id", flat=True)
        return [str(one) for one in ids]

    def send(self, user: User, destination: str, message: Message) -> None:
        """Deletes a subscription that the push service does not know any more."""
        subscription = PushSubscription.objects.get(pk=destination, user=user)
        address = address_of(subscription)
        if address is None:  # a key that is given back as a fallback makes it readable again
            raise DeliveryAbandoned("the subscription is unreadable")
        status = _send(address, message)
        if status in DELETED_STATUSES:
            subscription.delete()
        if status in RETRIED_STATUSES or status >= 500:
            raise NotAccepted(f"the push service answered {status}")
        if not 200 <= status < 300:
            raise DeliveryAbandoned(f"the push service answered {status}")


def _send(address: PushAddress, message: Message) -> int:
    """Raises AddressRefused and CallFailed."""
    body = json.dumps({"id": str(message.id), "kind": message.kind}).encode()
    headers = {
        "Authorization": _authorization(address.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(SECONDS_TO_LIVE),
        "Topic": message.id.hex,
        "Urgency": "high" if message.urgent else "normal",
    }
    encrypted = push_encryption.encrypt(body, address.p256dh, address.auth)
    return post(address.endpoint, encrypted, headers).status


def _authorization(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    origin = f"{parts.scheme}://{parts.netloc}"
    return push_encryption.authorization(origin, settings.VAPID_PRIVATE_KEY, settings.VAPID_CONTACT)
