from datetime import timedelta

from core.files.models import File, Upload
from core.files.services import delete_files
from core.files.uploads import delete_uploads
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
register(
    RetentionRule(
        name="files.unfinished_uploads",
        what="uploads that are not complete, with their bytes, counted from the last chunk",
        rows=lambda: Upload.objects.filter(blob=None),
        since="changed_at",
        age=timedelta(days=1),
        purge=delete_uploads,
    )
)
