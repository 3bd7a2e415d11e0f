"""How long learners wait for a mentor: the place of a request, and the time that others waited."""

from datetime import timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from core.mentorship.models import OPEN_REQUESTS, MentorshipRequest

PERIOD = timedelta(days=30)
MIN_SAMPLE = 5
"""With fewer requests no typical wait is shown."""
HOUR = 3600

# The accepted requests of a queue, and the seconds within which half and four fifths of them were.
WAITS = """
SELECT count(*), percentile_cont(ARRAY[0.5, 0.8]) WITHIN GROUP (
    ORDER BY extract(epoch FROM accepted_at - created_at)::double precision)
FROM mentorship_mentorshiprequest
WHERE organization_id IS NOT DISTINCT FROM %s AND accepted_at > %s
"""


class TypicalWait(NamedTuple):
    """Hours; None where there is not enough data."""

    sample: int
    p50_hours: float | None
    p80_hours: float | None


def place_of(request: MentorshipRequest) -> int | None:
    """1 for the oldest open request of the queue; None for one that is not open."""
    if request.state not in OPEN_REQUESTS:
        return None
    queue = MentorshipRequest.objects.filter(
        organization=request.organization_id, state__in=OPEN_REQUESTS
    )
    return queue.filter(created_at__lt=request.created_at).count() + 1


def typical_wait(organization_id: int | None) -> TypicalWait:
    """Of the requests of the queue that were accepted in the last 30 days."""
    with connection.cursor() as cursor:
        cursor.execute(WAITS, [organization_id, timezone.now() - PERIOD])
        sample, seconds = cursor.fetchone()
    if sample < MIN_SAMPLE:
        return TypicalWait(sample, None, None)
    return TypicalWait(sample, *(round(one / HOUR, 1) for one in seconds))
