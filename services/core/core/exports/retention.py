from datetime import timedelta

from core.exports.models import TableExport
from core.kit.retention import RetentionRule, register

register(
    RetentionRule(
        name="exports.all",
        what="exported tables; their files expire before",
        rows=lambda: TableExport.objects.all(),
        since="created_at",
        age=timedelta(days=30),
    )
)
