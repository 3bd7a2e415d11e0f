from datetime import timedelta

from core.kit.retention import RetentionRule, register
from core.mentorship.models import MentorshipRequest

register(
    RetentionRule(
        name="mentorship.closed_requests",
        what="requests for a mentor that were accepted or withdrawn",
        rows=lambda: MentorshipRequest.objects.all(),
        since="closed_at",
        age=timedelta(days=90),
    )
)
