"""`manage.py createsuperuser`: in place of Django's command, which writes rows past the services.

DJANGO_SUPERUSER_PASSWORD=... python -m core.manage createsuperuser --email amina@example.org
"""

import os
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError as InvalidValue
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.exceptions import ValidationError

from core.kit.errors import DomainError
from core.users.addresses import validate_new_address
from core.users.models import User
from core.users.services import add_user
from ongoza_contracts.vocabulary import Role


class Command(BaseCommand):
    help = "Add an admin. Asks for the password unless DJANGO_SUPERUSER_PASSWORD is set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--noinput", action="store_true", help="never ask for the password")

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("DJANGO_SUPERUSER_PASSWORD", "")
        if not password and not options["noinput"]:
            password = getpass()
        try:
            email = User._meta.get_field("email").clean(options["email"], None)
            validate_new_address(email)
            user = add_user(email=email, password=password, role=Role.ADMIN)
        except (InvalidValue, ValidationError, DomainError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"added admin {user.pk}")
