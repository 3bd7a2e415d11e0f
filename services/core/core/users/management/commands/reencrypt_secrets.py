"""`manage.py reencrypt_secrets`: after a change of DJANGO_SECRET_KEY."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.users.encryption import EncryptedColumn, encrypt_again, encrypted_columns

BATCH = 500


class Command(BaseCommand):
    help = (
        "Encrypt the keys of private texts, second factors, secrets of webhooks and flags of labs "
        "with the present DJANGO_SECRET_KEY. They are decrypted with it or with one of "
        "DJANGO_SECRET_KEY_FALLBACKS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = sum(_encrypt_again(column) for column in encrypted_columns())
        if unreadable:
            raise CommandError(f"{unreadable} secrets are unreadable: a fallback is missing")
        self.stdout.write("all secrets are encrypted with DJANGO_SECRET_KEY")


def _encrypt_again(column: EncryptedColumn) -> int:
    """Returns how many could not be decrypted."""
    last, unreadable = encrypt_again(column, None, BATCH)
    while last is not None:
        last, failed = encrypt_again(column, last, BATCH)
        unreadable += failed
    return unreadable
