"""E-mail addresses of accounts."""

from django.core.validators import EmailValidator

validate_new_address = EmailValidator(allowlist=[])
"""Refuses `a@localhost`, which Django allows and to which no mail can be sent."""
