"""Which submissions wait for a review, since when, and by when it is promised. The callers hold the
submission's lock."""

from datetime import datetime

from core.kit import clock
from core.reviews import selectors
from core.reviews.models import QueueEntry, ReviewDraft
from core.reviews.promises import promised_time
from core.submissions.models import Submission
from ongoza_contracts.submissions import SubmissionState


def follow(submission: Submission) -> None:
    """Let the queue have the submission exactly while it waits for its first review. A withdrawn
    one has no draft of a review either."""
    entries = QueueEntry.objects.filter(submission=submission)
    if submission.state not in selectors.UNDECIDED:
        entries.filter(second_opinion=False).delete()
        if submission.state == SubmissionState.WITHDRAWN:
            ReviewDraft.objects.filter(submission=submission).delete()
    elif not entries.exists():
        add_entry(submission, submission.submitted_at or clock.now())


def add_entry(
    submission: Submission, entered_at: datetime, *, second_opinion: bool = False
) -> QueueEntry:
    """The review is promised within what reviews of this queue took in the last 30 days."""
    statistics = selectors.statistics_of(submission.user.organization_id)
    entry = QueueEntry(
        submission=submission,
        first_submitted_at=_first_submitted_at(submission) or entered_at,
        entered_at=entered_at,
        promised_by=entered_at + promised_time(statistics),
        second_opinion=second_opinion,
    )
    entry.save()
    return entry


def _first_submitted_at(submission: Submission) -> datetime | None:
    """Of the first attempt of the chain: who makes requested changes keeps their place."""
    attempts = Submission.objects.filter(user=submission.user_id, mission=submission.mission_id)
    by_id = {one.pk: one for one in attempts}
    first = submission
    while first.previous_id and first.previous_id in by_id:
        first = by_id[first.previous_id]
    return first.submitted_at
