"""The request that carries a fact: CloudEvents in structured mode, signed as Standard Webhooks say
(https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from core.outbox.history import to_record
from core.outbox.models import FactHistory
from core.users.encryption import decrypt, encrypt
from core.webhooks.models import Delivery, Subscription

PREFIX = "whsec_"
SECRET_BYTES = 32
BOTH_SECRETS_FOR = timedelta(days=1)
"""How long requests are signed with the previous secret as well."""


def new_secret(subscription_id: UUID) -> tuple[str, bytes]:
    """As its owner sees it, and encrypted."""
    key = secrets.token_bytes(SECRET_BYTES)
    shown = PREFIX + base64.b64encode(key).decode()
    return shown, encrypt(key, context=secret_context(subscription_id))


def keys_of(subscription: Subscription) -> list[bytes]:
    """The current key, and the previous one for a day after the rotation."""
    encrypted = [subscription.encrypted_secret]
    rotated_at, previous = subscription.rotated_at, subscription.encrypted_previous_secret
    if previous and rotated_at and timezone.now() < rotated_at + BOTH_SECRETS_FOR:
        encrypted.append(previous)
    return [decrypt(bytes(one), context=secret_context(subscription.pk)) for one in encrypted]


def secret_context(subscription_id: UUID) -> str:
    return f"webhooks.secret {subscription_id}"


def body_of(fact: FactHistory) -> bytes:
    """The attributes are those of the headers on the topic, without their prefix."""
    record = to_record(fact)
    headers = {name: value.decode() for name, value in record.headers()}
    attributes = {
        name.removeprefix("ce_"): value for name, value in headers.items() if name != "content-type"
    }
    event = {
        **attributes,
        "datacontenttype": headers["content-type"],
        "data": json.loads(record.payload or b"null"),
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def ping_body(ping: Delivery) -> bytes:
    """An event about the subscription itself, without the attributes of entities."""
    event = {
        "specversion": "1.0",
        "id": str(ping.event_id),
        "source": "urn:ongoza:core",
        "type": ping.type,
        "subject": ping.key,
        "time": ping.created_at.isoformat(),
        "datacontenttype": "application/json",
        "data": {},
    }
    return json.dumps(event, separators=(",", ":")).encode()


def headers_of(event_id: UUID, body: bytes, keys: Iterable[bytes]) -> dict[str, str]:
    timestamp = int(timezone.now().timestamp())
    signed = f"{event_id}.{timestamp}.".encode() + body
    digests = [hmac.digest(key, signed, hashlib.sha256) for key in keys]
    return {
        "content-type": "application/cloudevents+json",
        "user-agent": "Ongoza-CyberHub",
        "webhook-id": str(event_id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join("v1," + base64.b64encode(one).decode() for one in digests),
    }
