"""What the random schedules of payments share: dice, and acts that are taken back."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from core.kit.clock import past_moment


def dice(seed: int | None, number: int) -> random.Random | None:
    if seed is None:
        return None
    return random.Random(1000 * seed + number)  # noqa: S311 (a schedule is no secret)


@contextmanager
def undone(moment: datetime | None) -> Iterator[None]:
    """At this time, in a transaction that is rolled back."""
    token = past_moment.set(moment)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        past_moment.reset(token)
