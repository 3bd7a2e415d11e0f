"""Log files of the stack: rotated by size and age while they are written, and deleted later."""

import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

LARGEST_BYTES = 20_000_000
LONGEST = timedelta(days=7)
"""A log is rotated after so long even if it is small, so that no line outlives RETENTION for more
than that."""
RETENTION = timedelta(days=30)
MOST_ROTATED = 10
"""Of one service, whatever their age."""
START_OF_RUN = "=== "
FIRST_LINES = 100
"""Among these a header is looked for."""


def header(now: datetime, what: str) -> str:
    """The first line of a run and of every file."""
    return f"{START_OF_RUN}{now.isoformat(timespec='seconds')} {what}\n"


def tidy(folder: Path, now: datetime) -> None:
    """Of each log delete rotated files that are too old or too many, and then rotate it if it is
    large or old: that needs the room for a copy.

    Raises ExceptionGroup of OSError, after all other logs.
    """
    failures = []
    for log in sorted(folder.glob("*.log")):
        try:
            for rotated in outdated(sorted(folder.glob(f"{log.name}.*")), now):
                rotated.unlink(missing_ok=True)
            if log.stat().st_size > LARGEST_BYTES or now - _began(log, now) > LONGEST:
                rotate(log, now)
        except OSError as error:
            failures.append(error)
    if failures:
        raise ExceptionGroup("some logs could not be rotated or deleted", failures)


def rotate(log: Path, now: datetime) -> None:
    """Copy and empty the file, whose writers append. What they write in between is lost.

    Raises OSError, for instance when the disk is full; then the file stays as it is.
    """
    copy = log.with_name(f"{log.name}.{now:%Y%m%dT%H%M%S}")
    try:
        shutil.copyfile(log, copy)
    except OSError:
        copy.unlink(missing_ok=True)
        raise
    with log.open("ab") as file:
        file.truncate(0)
        file.write(header(now, "continued").encode())


def outdated(rotated: list[Path], now: datetime) -> list[Path]:
    """Those of one log's rotated files, from the oldest to the newest, that have to be deleted."""
    oldest = (now - RETENTION).timestamp()
    too_many = rotated[:-MOST_ROTATED]
    return [one for one in rotated if one in too_many or one.stat().st_mtime < oldest]


def _began(log: Path, now: datetime) -> datetime:
    """As its first header says; `now` if it has none. A writer may have come before the header of a
    rotation by some lines."""
    with log.open(errors="replace") as file:
        for line in islice(file, FIRST_LINES):
            if line.startswith(START_OF_RUN):
                with suppress(ValueError):
                    return datetime.fromisoformat(line.split()[1]).astimezone(UTC)
    return now
