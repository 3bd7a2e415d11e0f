"""Data, logs and passwords are for this account alone: files 0600, folders 0700."""

import os
from pathlib import Path

PRIVATE_UMASK = 0o077


def close_to_others(folder: Path) -> None:
    """Takes from other accounts what an earlier release let them read."""
    for parent, _, files in os.walk(folder):
        for path in (Path(parent), *(Path(parent, name) for name in files)):
            _close(path)


def _close(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
        if mode & PRIVATE_UMASK and not path.is_symlink():
            path.chmod(mode & ~PRIVATE_UMASK & 0o7777)
    except FileNotFoundError:  # a running server deletes files of its own
        return
