from datetime import timedelta

from core.kit.retention import RetentionRule, Rows, register
from core.webhooks.models import Delivery, Subscription
from core.webhooks.signing import BOTH_SECRETS_FOR


def delete_previous_secrets(rows: Rows) -> None:
    keys = [*rows.select_for_update(no_key=True).values_list("pk", flat=True)]
    Subscription.objects.filter(pk__in=keys).update(encrypted_previous_secret=None)


register(
    RetentionRule(
        name="webhooks.deliveries",
        what="deliveries of webhooks, sent or not",
        rows=lambda: Delivery.objects.all(),
        since="created_at",
        age=timedelta(days=30),
    )
)
register(
    RetentionRule(
        name="webhooks.previous_secrets",
        what="previous secrets of webhooks, with which requests are no longer signed",
        rows=lambda: Subscription.objects.filter(encrypted_previous_secret__isnull=False),
        since="rotated_at",
        age=BOTH_SECRETS_FOR,
        purge=delete_previous_secrets,
    )
)
