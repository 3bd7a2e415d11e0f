from datetime import datetime

from ongoza_contracts.http.base import Response
from ongoza_contracts.vocabulary import ContentId, Verdict


class FeedbackItem(Response):
    content_id: ContentId
    verdict: Verdict
    created_at: datetime
    updated_at: datetime


class FeedbackPage(Response):
    count: int
    next: str | None
    previous: str | None
    results: tuple[FeedbackItem, ...]
