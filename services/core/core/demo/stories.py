"""Stories of the past: each a generator that does one thing after another, and yields how long it
waits in between."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from core.kit.past import happened_at

Story: TypeAlias = Iterator[timedelta]


def play(stories: Iterable[tuple[datetime, Story]], until: datetime) -> None:
    """Play stories that begin at their moments, all in the order of time. What would come after
    `until` has not happened."""
    to_come = [(begins, number, story) for number, (begins, story) in enumerate(stories)]
    heapify(to_come)
    while to_come:
        moment, number, story = heappop(to_come)
        if moment > until:
            continue
        with happened_at(moment):
            pause = next(story, None)
        if pause is not None:
            heappush(to_come, (moment + pause, number, story))
