"""The time at which services write. `core.kit.past` puts it back."""

from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

past_moment: ContextVar[datetime | None] = ContextVar("past_moment", default=None)


def now() -> datetime:
    return past_moment.get() or timezone.now()
