from datetime import timedelta

from core.imports.models import Import
from core.kit.retention import RetentionRule, register

register(
    RetentionRule(
        name="imports.all",
        what="imports of files, with the faults of their rows",
        rows=lambda: Import.objects.all(),
        since="created_at",
        age=timedelta(days=90),
    )
)
