from datetime import timedelta

from core.kit.retention import RetentionRule, register
from core.limits.models import RateLimit

register(
    RetentionRule(
        name="limits.unused",
        what="rate limits that are unused again",
        rows=lambda: RateLimit.objects.all(),
        since="unused_at",
        age=timedelta(0),
    )
)
