"""Closes the output of a process to other accounts, because it may name users."""

import os
import stat
import sys
from contextlib import suppress

OWNER_ONLY = 0o700


def make_output_private() -> None:
    """Takes every right but the owner's from the files into which a shell redirected the output.
    No-op for terminals and pipes."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or a file of somebody else
            mode = os.fstat(stream.fileno()).st_mode
            if stat.S_ISREG(mode):
                os.fchmod(stream.fileno(), mode & OWNER_ONLY)
