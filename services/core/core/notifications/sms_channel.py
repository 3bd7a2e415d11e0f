"""Text messages through an HTTP gateway; the adapter to another gateway replaces `send_sms`."""

from collections.abc import Sequence

import httpx
from django.conf import settings

from core.notifications.channels import DeliveryAbandoned, Message, NotAccepted
from core.notifications.models import PhoneNumber
from core.users.models import User

TIMEOUT_SECONDS = 10
REFUSED_FOR_NOW = (429, 503)  # of these alone it is certain that nothing was sent
MAX_CHARACTERS = 160


class SmsChannel:
    sends_at_most_once = True

    def destinations(self, user: User, *, urgent: bool) -> Sequence[str]:
        """Only a number to which a code was sent that came back."""
        verified = PhoneNumber.objects.filter(user=user).exclude(verified_at=None)
        return [""] if settings.SMS_URL and verified.exists() else []

    def send(self, user: User, destination: str, message: Message) -> None:
        phone = PhoneNumber.objects.filter(user=user).exclude(verified_at=None).first()
        if phone is None:
            raise DeliveryAbandoned("the number was deleted or changed meanwhile")
        send_sms(phone.number, message.title, key=str(message.id))


def send_sms(number: str, text: str, *, key: str) -> None:
    """A message with the same `key` is the same message.

    Raises NotAccepted if it certainly was not sent, and DeliveryAbandoned if it may have been.
    """
    try:
        with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            response = client.post(
                settings.SMS_URL,
                json={"to": number, "text": text[:MAX_CHARACTERS]},
                headers={**_authorization(), "Idempotency-Key": key},
            )
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotAccepted(type(error).__name__) from None
    except httpx.HTTPError as error:
        raise DeliveryAbandoned(type(error).__name__) from None
    if response.status_code in REFUSED_FOR_NOW:
        raise NotAccepted(f"the gateway answered {response.status_code}")
    if not response.is_success:
        raise DeliveryAbandoned(f"the gateway answered {response.status_code}")


def _authorization() -> dict[str, str]:
    """Nothing for a gateway without a token: a header that ends with a blank is not sent."""
    return {"Authorization": f"Bearer {settings.SMS_TOKEN}"} if settings.SMS_TOKEN else {}
