"""The facts that both sides of a measure carry: what learners of a busy day report."""

from collections.abc import Iterator
from datetime import UTC, datetime

from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.vocabulary import ContentType, ProgressStatus

LEARNERS = 1000
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def progress_facts(count: int) -> Iterator[ProgressUpdated]:
    """Each of another learner than the one before, each the first of its entity."""
    for number in range(count):
        yield ProgressUpdated(
            version=1,
            user_id=1 + number % LEARNERS,
            content_id=f"module-{number // LEARNERS:03}",
            content_type=ContentType.MODULE,
            status=ProgressStatus.IN_PROGRESS,
            completion_percentage=float(number % 100),
            score=None,
            created_at=NOW,
            updated_at=NOW,
        )
