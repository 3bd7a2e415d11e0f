from datetime import timedelta

from core.idempotency.models import StoredAnswer
from core.kit.retention import RetentionRule, register

register(
    RetentionRule(
        name="idempotency.answers",
        what="answers to requests with an `Idempotency-Key`",
        rows=lambda: StoredAnswer.objects.all(),
        since="created_at",
        age=timedelta(days=8),
    )
)
