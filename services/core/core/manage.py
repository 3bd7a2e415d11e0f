"""`python -m core.manage <command>`: Django's command line with core's settings."""

import os
import sys

from django.core.management import execute_from_command_line

from core.kit import trace
from core.kit.private import close_output_to_others


def main() -> None:
    close_output_to_others()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.config.settings")
    # Migrations, rebuilds and the relay may take their time; requests may not (see settings).
    os.environ.setdefault("DB_STATEMENT_TIMEOUT_MS", "0")
    trace.begin()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
