from datetime import timedelta

from core.idempotency.models import StoredResponse
from core.kit.retention import RetentionRule, register

register(
    RetentionRule(
        name="idempotency.responses",
        what="responses to requests with an `Idempotency-Key`",
        rows=lambda: StoredResponse.objects.all(),
        since="created_at",
        age=timedelta(days=8),
    )
)
