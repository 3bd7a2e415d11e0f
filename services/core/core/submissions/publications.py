"""Submissions are published without what was handed in."""

from core.outbox.publications import Publication, register
from core.submissions.models import Submission
from ongoza_contracts.submissions import SubmissionUpdated

SUBMISSIONS = register(
    Publication(
        model=Submission,
        fact=SubmissionUpdated,
        columns={"submission_id": "id"},
        unpublished={"content_sha256": ""},
    )
)
