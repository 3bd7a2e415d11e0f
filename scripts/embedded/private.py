"""Data, logs and passwords are for this account alone: files 0600, folders 0700."""

import os
from pathlib import Path

PRIVATE_UMASK = 0o077
IMAGES = "images"


def close_to_others(folder: Path) -> None:
    """Takes from other accounts what an earlier release let them read, but for the files of
    images, which belong to the accounts of their containers."""
    for parent, folders, files in os.walk(folder):
        if parent == str(folder) and IMAGES in folders:
            folders.remove(IMAGES)
        for path in (Path(parent), *(Path(parent, name) for name in files)):
            _close(path)


def _close(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
        if mode & PRIVATE_UMASK and not path.is_symlink():
            path.chmod(mode & ~PRIVATE_UMASK & 0o7777)
    except FileNotFoundError:  # a running server deletes files of its own
        return


def write_private(path: Path, text: str, *, sync: bool = False) -> None:
    """Writes all of the file or nothing, also when the disk is full or it is killed meanwhile; with
    `sync` also when the machine loses its power."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_text(text)
    if sync:
        _sync(draft)
    draft.replace(path)
    if sync:
        _sync(path.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
