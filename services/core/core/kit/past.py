"""Writing what happened before, for the demo data alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone

from core.kit.clock import past_moment


@contextmanager
def happened_at(moment: datetime) -> Iterator[None]:
    """Let services write in the block as if it ran at `moment`: their rows, their facts and the
    history have that time. Raises ValueError for a moment to come.

    The caller changes an entity in the order of time.
    """
    if moment > timezone.now():
        raise ValueError(f"{moment.isoformat()} has not come yet")
    token = past_moment.set(moment)
    try:
        yield
    finally:
        past_moment.reset(token)
