from datetime import timedelta

from core.conduct.models import Report
from core.kit.retention import RetentionRule, register

register(
    RetentionRule(
        name="conduct.decided_reports",
        what="reports that were resolved or dismissed, with their decisions",
        rows=lambda: Report.objects.all(),
        since="decided_at",
        age=timedelta(days=365),
    )
)
