from datetime import timedelta

from core.calendars.models import FeedToken
from core.kit.retention import RetentionRule, register

register(
    RetentionRule(
        name="calendars.feed_tokens",
        what="tokens of calendar feeds that no calendar has read",
        rows=lambda: FeedToken.objects.all(),
        since="used_at",
        age=timedelta(days=400),
    )
)
