"""Reviews are published without marks and without what reviewers wrote."""

from core.outbox.publications import Publication, register
from core.reviews.models import Review
from ongoza_contracts.reviews import ReviewUpdated

REVIEWS = register(
    Publication(
        model=Review,
        fact=ReviewUpdated,
        columns={"review_id": "id"},
        unpublished={
            "marks": [],
            "comments": "(the comments were lost)",
            "private_notes": "",
        },
    )
)
