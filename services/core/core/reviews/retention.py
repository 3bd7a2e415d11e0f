from datetime import timedelta

from core.kit.retention import RetentionRule, register
from core.reviews.models import Claim

register(
    RetentionRule(
        name="reviews.ended_claims",
        what="reviewers' claims that have ended: notices of them are stored as long",
        rows=lambda: Claim.objects.all(),
        since="ended_at",
        age=timedelta(days=180),
    )
)
