"""What is published of progress: all but `metadata`, which is the client's own."""

from core.progress.models import Progress
from ongoza_contracts.progress import ProgressUpdated


def progress_updated(progress: Progress) -> ProgressUpdated:
    return ProgressUpdated.model_validate(
        {
            "version": progress.version,
            "user_id": progress.user_id,
            "content_id": progress.content_id,
            "content_type": progress.content.content_type,
            "status": progress.status,
            "completion_percentage": progress.completion_percentage,
            "score": progress.score,
            "created_at": progress.created_at,
            "updated_at": progress.updated_at,
        }
    )
