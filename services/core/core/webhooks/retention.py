from datetime import timedelta

from core.kit.retention import RetentionRule, register
from core.webhooks.models import Delivery

register(
    RetentionRule(
        name="webhooks.deliveries",
        what="deliveries of webhooks, sent or not",
        rows=lambda: Delivery.objects.all(),
        since="created_at",
        age=timedelta(days=30),
    )
)
