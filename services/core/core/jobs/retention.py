from datetime import timedelta

from core.jobs.models import Job
from core.kit.retention import RetentionRule, register

register(
    RetentionRule(
        name="jobs.done",
        what="jobs that were done; failed ones stay until they are retried",
        rows=lambda: Job.objects.all(),
        since="done_at",
        age=timedelta(days=30),
    )
)
register(
    RetentionRule(
        name="jobs.without_user",
        what="done jobs of no user: their key may be the hash of an address",
        rows=lambda: Job.objects.filter(user=None),
        since="done_at",
        age=timedelta(hours=23),
    )
)
