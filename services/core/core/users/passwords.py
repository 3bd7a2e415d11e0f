"""Checking passwords: what is allowed, and in the same time whether or not the user exists."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core import exceptions
from rest_framework.exceptions import ErrorDetail, ValidationError

from core.users.hashers import MAX_PASSWORD_LENGTH, normalize
from core.users.models import User


def require_acceptable(password: str, user: User, *, field: str = "password") -> None:
    """Raises DRF's ValidationError with every rule that `password` breaks."""
    if len(password) > MAX_PASSWORD_LENGTH:
        raise ValidationError({field: [ErrorDetail("The password is too long.", "too_long")]})
    password = normalize(password)
    if not password.strip():
        raise ValidationError({field: [ErrorDetail("The password is blank.", "too_short")]})
    try:
        validate_password(password, user)
    except exceptions.ValidationError as error:
        details = [
            ErrorDetail(" ".join(item.messages), item.code or "invalid")
            for item in error.error_list
        ]
        raise ValidationError({field: details}) from None


def check_password(password: str, user: User | None) -> bool:
    """Hashes once without a user too, so that the time does not reveal which accounts exist."""
    if len(password) > MAX_PASSWORD_LENGTH:
        return False
    if user is None or not user.has_usable_password():
        make_password(normalize(password))
        return False
    return user.check_password(password)
