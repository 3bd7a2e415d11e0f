"""Progress is published without `metadata`, which only clients read, and without the times that
only core's rules need."""

from core.outbox.publications import Publication, register
from core.progress.models import Progress
from ongoza_contracts.progress import ProgressUpdated

PROGRESS = register(
    Publication(
        model=Progress,
        fact=ProgressUpdated,
        columns={"content_type": "content.content_type"},
        related=("content",),
        unpublished={"metadata": {}, "begun_at": None, "completed_at": None, "reported_at": None},
    )
)
