"""The last release, and what was added to the repository since."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FILE = PROJECT / "RELEASE"
"""Holds the commit of the last release."""

ALLOWED = re.compile(r"^\s*(?:#|--) allowed after ([0-9a-f]{7,40}): (\S.{9,})$", re.MULTILINE)
"""The line in a migration that breaks the code of an earlier release: the commit of the first
release that can do without what the migration takes away, and the reason."""


class UnknownRelease(Exception):
    """Git does not find the last release here, as in a shallow clone; the message says why."""


@dataclass(frozen=True)
class Changes:
    """Files below a folder since the release, in the order of their names."""

    added: tuple[Path, ...]
    altered: tuple[Path, ...]
    """Changed, renamed or deleted."""


def last_release(project: Path = PROJECT) -> str:
    """Raises UnknownRelease."""
    commit = (project / "RELEASE").read_text().strip()
    known = _git(project, "cat-file", "-e", commit, check=False)
    if known.returncode == 1:
        raise UnknownRelease(
            f"this clone does not have {commit}, the last release: `git fetch --unshallow`"
        )
    if known.returncode:
        raise UnknownRelease(known.stderr.strip())
    return commit


def changes_since(commit: str, folders: Sequence[str], project: Path = PROJECT) -> Changes:
    """Of the files on disk, committed or not. `folders` may have the wildcards of Git."""
    where = [f":(glob){folder}" for folder in folders]
    compared = ["diff", "--name-only", "--no-renames", commit]
    added = _lines(project, *compared, "--diff-filter=A", "--", *where)
    new = _lines(project, "ls-files", "--others", "--exclude-standard", "--", *where)
    altered = _lines(project, *compared, "--diff-filter=MDT", "--", *where)
    return Changes(
        tuple(project / name for name in sorted({*added, *new})),
        tuple(project / name for name in sorted(altered)),
    )


def is_allowed(migration: str, release: str, project: Path = PROJECT) -> bool:
    """Whether the migration names a release that is the last one or came before it."""
    named = ALLOWED.search(migration)
    if named is None:
        return False
    ancestor = ("merge-base", "--is-ancestor", named[1], release)
    return _git(project, *ancestor, check=False).returncode == 0


def _lines(project: Path, *arguments: str) -> list[str]:
    return _git(project, *arguments).stdout.splitlines()


def _git(project: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        cwd=project,
        capture_output=True,
        text=True,
        check=check,
    )
