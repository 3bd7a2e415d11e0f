"""`python -m core.manage <command>`: Django's command line with core's settings."""

import gc
import os
import sys

from django.core.management import execute_from_command_line

from core.kit.private_output import make_output_private
from ongoza_ops import trace
from ongoza_ops.garbage import NEW_OBJECTS
from ongoza_ops.logs import log_uncaught


def main() -> None:
    make_output_private()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.config.settings")
    # Migrations, rebuilds and the relay may take their time; requests may not (see settings).
    os.environ.setdefault("DB_STATEMENT_TIMEOUT_MS", "0")
    log_uncaught()
    trace.begin_work()
    gc.set_threshold(NEW_OBJECTS)  # commands import much, and handle many records
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
