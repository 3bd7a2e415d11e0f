from datetime import timedelta

from core.coaching.models import WeekSummary
from core.kit.retention import RetentionRule, register

register(
    RetentionRule(
        name="coaching.week_summaries",
        what="summaries of a learner's week",
        rows=lambda: WeekSummary.objects.all(),
        since="week",
        age=timedelta(days=60),
    )
)
