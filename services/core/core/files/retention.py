from datetime import timedelta

from core.files.models import File
from core.files.services import delete_files
from core.kit.retention import RetentionRule, register

register(
    RetentionRule(
        name="files.expired",
        what="files that have expired, with their bytes",
        rows=lambda: File.objects.all(),
        since="expires_at",
        age=timedelta(0),
        purge=delete_files,
    )
)
