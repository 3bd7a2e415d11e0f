from datetime import datetime
from typing import Any

from ongoza_contracts.http.base import Response
from ongoza_contracts.vocabulary import (
    ContentId,
    ContentType,
    Percentage,
    ProgressSource,
    ProgressStatus,
    UserId,
)


class ProgressItem(Response):
    id: int
    user: UserId
    content_id: ContentId
    content_type: ContentType
    status: ProgressStatus
    completion_percentage: Percentage
    score: Percentage | None
    best_score: Percentage | None = None
    attempt: int = 1
    first_completed_at: datetime | None = None
    source: ProgressSource = ProgressSource.SELF
    completion_source: ProgressSource = ProgressSource.SELF
    metadata: dict[str, Any]
    """The client's own notes about the record; never published as a fact."""
    created_at: datetime
    updated_at: datetime


class ProgressPage(Response):
    count: int
    next: str | None
    previous: str | None
    results: tuple[ProgressItem, ...]
