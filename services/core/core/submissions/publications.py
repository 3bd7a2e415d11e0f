"""Submissions are published without what was handed in."""

from core.outbox.publications import Publication, register
from core.submissions.models import Submission, Suggestion
from ongoza_contracts.submissions import SubmissionUpdated
from ongoza_contracts.suggestions import SuggestionUpdated

SUBMISSIONS = register(
    Publication(
        model=Submission,
        fact=SubmissionUpdated,
        columns={"submission_id": "id"},
        unpublished={"content_sha256": ""},
    )
)
SUGGESTIONS = register(
    Publication(model=Suggestion, fact=SuggestionUpdated, columns={"suggestion_id": "id"})
)
