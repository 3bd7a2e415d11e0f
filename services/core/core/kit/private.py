"""What a process writes may name users, so it is for its own account alone."""

import os
import stat
import sys
from contextlib import suppress

OWNER_ONLY = 0o600


def close_output_to_others() -> None:
    """Closes the files into which a shell redirected the output. No-op for terminals and pipes."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or a file of somebody else
            if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                os.fchmod(stream.fileno(), OWNER_ONLY)
