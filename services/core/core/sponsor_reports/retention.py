from datetime import timedelta

from core.kit.retention import RetentionRule, register
from core.sponsor_reports.models import SponsorReport

register(
    RetentionRule(
        name="sponsor_reports.all",
        what="reports that sponsors asked for; their files expire before",
        rows=lambda: SponsorReport.objects.all(),
        since="as_of",
        age=timedelta(days=30),
    )
)
