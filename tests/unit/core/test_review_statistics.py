"""What the queue reads of all reviews and submissions, it reads as few rows by indexes."""

from datetime import timedelta
from math import ceil

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.reviews.models import Review
from core.reviews.promises import MEDIAN, PROMISED, REVIEWS_MIN, QueueStatistics
from core.reviews.selectors import statistics_of, unsettled
from core.submissions.models import Submission
from tests.unit.core.review_rows import published_review, waiting
from tests.unit.core.school import World

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def nearest_rank(waits: list[int], share: float) -> timedelta:
    return sorted(waits)[ceil(share * len(waits)) - 1] * MINUTE


@pytest.mark.parametrize("count", [REVIEWS_MIN, 11, 13, 25])
def test_percentiles_and_share_of_a_queue_are_computed_by_the_database(
    count: int, world: World
) -> None:
    waits = [number * 7919 % 5000 + 1 for number in range(count)]
    submission, now = waiting(world.learner, state="failed"), timezone.now()
    for number, wait in enumerate(waits):
        since = now - wait * MINUTE
        promised_by = [None, now, now - MINUTE][number % 3]
        review = published_review(submission)
        QuerySet(Review).filter(pk=review.pk).update(
            waiting_since=since, promised_by=promised_by, decided_at=now
        )
    with CaptureQueriesContext(connection) as queries:
        found = statistics_of(world.school.pk)
    assert found == QueueStatistics(
        count,
        median=nearest_rank(waits, MEDIAN),
        p80=nearest_rank(waits, PROMISED),
        share_kept=(count - count // 3) / count,
    )
    (query,) = queries
    assert "PERCENTILE_DISC" in query["sql"]


def test_the_recurring_job_reads_only_open_submissions_by_an_index(world: World) -> None:
    first = waiting(world.learner)
    decided = {"user": first.user, "mission": first.mission, "state": "failed"}
    QuerySet[Submission](Submission).bulk_create(
        Submission(**decided, attempt=attempt) for attempt in range(2, 3_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE submissions_submission, reviews_claim, reviews_queueentry")
    plan = unsettled().explain()
    assert "one_open_submission" in plan
    assert "Seq Scan on submissions_submission" not in plan
