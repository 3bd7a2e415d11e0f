"""What is published of progress: all but `metadata`, which is the client's own."""

from core.outbox.publications import Publication, register
from core.progress.models import Progress
from ongoza_contracts.progress import ProgressUpdated

PROGRESS = register(
    Publication(
        model=Progress,
        fact=ProgressUpdated,
        columns={"content_type": "content.content_type"},
        related=("content",),
    )
)
