"""A user's number for text messages: nothing but a code is sent there until it is verified."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.jobs.services import schedule
from core.kit.errors import Conflict
from core.kit.keyed_hashes import keyed_hash, keyed_hashes
from core.kit.versions import get_for_update
from core.notifications.models import PhoneNumber
from core.notifications.sms_channel import send_sms
from core.users.models import User
from core.users.second_factor import WrongCode

SEND_CODE = "notifications.send_code"
CODE_LIFETIME = timedelta(minutes=15)
CODE_DIGITS, MAX_ATTEMPTS = 6, 5


class SmsOff(Conflict):
    code = "sms_off"
    detail = "Text messages are not set up on this server."


def phone_number_of(user: User) -> PhoneNumber | None:
    return PhoneNumber.objects.filter(user=user).first()


@transaction.atomic
def set_phone_number(*, user: User, number: str) -> PhoneNumber:
    """Store the number and send a code to it; no-op for the verified number. Raises SmsOff."""
    if not settings.SMS_URL:
        raise SmsOff
    get_for_update(User.objects.filter(pk=user.pk))
    stored = phone_number_of(user)
    if stored is not None and stored.number == number and stored.verified_at:
        return stored
    phone = PhoneNumber(user=user, number=number)
    phone.save()  # without the code that was sent to another number
    schedule(SEND_CODE, subject=number_hash(phone), user_id=user.id)
    return phone


@transaction.atomic
def delete_phone_number(*, user: User) -> None:
    PhoneNumber.objects.filter(user=user).delete()


def number_hash(phone: PhoneNumber) -> str:
    """Names the number in a job, whose row has no personal data."""
    return keyed_hash(*_hash_input(phone, ""))


def send_code(user: User, wanted: str) -> None:
    """The code is stored after it was sent, so that nobody waits for the gateway: not if the number
    was changed meanwhile. No-op for a verified number, and for one whose hash is not `wanted`.
    Raises NotAccepted and DeliveryAbandoned."""
    phone = phone_number_of(user)
    if (
        phone is None
        or phone.verified_at is not None
        or wanted not in keyed_hashes(*_hash_input(phone, ""))
    ):
        return
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    send_sms(phone.number, f"Ongoza CyberHub: {code}", key=secrets.token_hex(16))
    unchanged = PhoneNumber.objects.filter(pk=phone.pk, number=phone.number, verified_at=None)
    unchanged.update(
        code_hash=keyed_hash(*_hash_input(phone, code)),
        code_expires_at=timezone.now() + CODE_LIFETIME,
        attempts=0,
    )


def confirm_phone_number(*, user: User, code: str) -> PhoneNumber:
    """Raises WrongCode, also after too many wrong ones. Call it outside a transaction, which would
    undo the count of attempts."""
    waiting = PhoneNumber.objects.filter(
        user=user,
        verified_at=None,
        code_expires_at__gt=timezone.now(),
        attempts__lt=MAX_ATTEMPTS,
    )
    counted = waiting.update(attempts=F("attempts") + 1)
    phone = phone_number_of(user)
    if not counted or phone is None:
        raise WrongCode
    hashes = keyed_hashes(*_hash_input(phone, code))
    right = PhoneNumber.objects.filter(
        user=user, verified_at=None, number=phone.number, code_hash__in=hashes
    )
    phone.verified_at, phone.code_hash = timezone.now(), ""
    if not right.update(verified_at=phone.verified_at, code_hash=phone.code_hash):
        raise WrongCode
    return phone


def _hash_input(phone: PhoneNumber, code: str) -> tuple[str, str]:
    """The purpose and text of a code's hash, which counts for its number alone."""
    return "core.notifications.phone", f"{phone.user_id}:{phone.number}:{code}"
