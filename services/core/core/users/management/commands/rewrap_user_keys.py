"""`manage.py rewrap_user_keys`: after a change of DJANGO_SECRET_KEY."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.users.user_keys import rewrap_keys

BATCH = 500


class Command(BaseCommand):
    help = (
        "Encrypt the keys of private texts with the present DJANGO_SECRET_KEY. They are decrypted "
        "with it or with one of DJANGO_SECRET_KEY_FALLBACKS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        last: int | None = 0
        unreadable = 0
        while last is not None:
            last, failed = rewrap_keys(last, BATCH)
            unreadable += failed
        if unreadable:
            raise CommandError(f"{unreadable} keys are unreadable: a fallback is missing")
        self.stdout.write("all keys are encrypted with DJANGO_SECRET_KEY")
