"""`python -m core.manage <command>`: Django's command line with core's settings."""

import os
import sys

import django
from django.core.management import execute_from_command_line

from core.kit.private_output import make_output_private
from ongoza_ops import trace
from ongoza_ops.garbage import no_collections


def main() -> None:
    make_output_private()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.config.settings")
    # Migrations, rebuilds and the relay may take their time; requests may not (see settings).
    os.environ.setdefault("DB_STATEMENT_TIMEOUT_MS", "0")
    trace.begin_work()
    with no_collections():
        django.setup()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
