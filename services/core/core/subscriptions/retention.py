from datetime import timedelta

from core.kit.retention import RetentionRule, register
from core.subscriptions.models import GatewayEvent

register(
    RetentionRule(
        name="subscriptions.gateway_events",
        what="events that payment gateways reported, which they repeat for days at most",
        rows=lambda: GatewayEvent.objects.all(),
        since="received_at",
        age=timedelta(days=30),
    )
)
