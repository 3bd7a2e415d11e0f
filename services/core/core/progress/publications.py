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
        unpublished={
            "metadata": {},
            **dict.fromkeys(("begun_at", "completed_at", "reported_at", "attested_at")),
        },
    )
)
