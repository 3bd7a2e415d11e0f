"""Claims of reviewers. Each takes the submission's lock; what counts claims takes that of the
reviewer before it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core.access.selectors import reaches
from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import Conflict
from core.kit.limits import lock_parent
from core.kit.versions import get_for_update
from core.reviews import queue, selectors
from core.reviews.models import Claim, ClaimState, QueueEntry, Review
from core.reviews.states import CLAIM_STATES
from core.submissions.models import Submission
from core.submissions.services import begin_review, end_review
from core.users.guardians import without_consent
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.submissions import SubmissionState

LEASE = timedelta(minutes=60)
EXTENSIONS_MAX = 2
CLAIMS_MAX = 3
"""Live claims of one reviewer."""


class NotWaiting(Conflict):
    code = "not_waiting"
    detail = "The submission does not wait for a review."


class Claimed(Conflict):
    """Says until when."""

    code = "claimed"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"Another reviewer has claimed it until {until.isoformat()}.")


class LearnerConsentMissing(Conflict):
    code = "learner_consent_missing"
    detail = "The learner is a minor without a guardian's consent: their work is not reviewed now."


class OwnReview(Conflict):
    code = "own_review"
    detail = "You reviewed it before: a second opinion is another reviewer's."


class ClaimLimit(Conflict):
    """Carries the claims that the reviewer has."""

    code = "claim_limit"

    def __init__(self, claims: Sequence[Claim]) -> None:
        titles = ", ".join(f"{one.submission.mission} ({one.submission_id})" for one in claims)
        super().__init__(f"Decide or release one of your {len(claims)} claims first: {titles}.")
        self.claims = claims


class ClaimLost(Conflict):
    code = "claim_lost"
    detail = "You have no claim of it any more. The draft that you saved last is stored."


class NoExtensionLeft(Conflict):
    code = "no_extension_left"
    detail = f"A claim is extended {EXTENSIONS_MAX} times at most."


class NotClaimed(Conflict):
    code = "not_claimed"
    detail = "Nobody has claimed the submission."


def claim(*, reviewer: User, submission_id: UUID) -> Claim:
    """A lease of a waiting submission; the present one if the reviewer has it already.

    Raises NotFound, Busy, NotWaiting, LearnerConsentMissing, OwnReview, Claimed and ClaimLimit.
    """
    with lock_parent(User.objects.filter(pk=reviewer.pk)):
        submission = _get_for_update(reviewer, submission_id)
        entry = waiting_entry(submission)
        require_learner_consent(submission)
        reviewed = Review.objects.filter(submission=submission, reviewer=reviewer)
        if entry.second_opinion and reviewed.exists():
            raise OwnReview
        live = selectors.live_claim(submission)
        if live and live.reviewer_id == reviewer.pk:
            return live
        if live:
            raise Claimed(live.until)
        held = [*selectors.own_claims(reviewer)]
        if len(held) >= CLAIMS_MAX:
            raise ClaimLimit(held)
        _end_lapsed(submission)
        now = clock.now()
        new = Claim(submission=submission, reviewer=reviewer, claimed_at=now, until=now + LEASE)
        new.save()
        if submission.state == SubmissionState.SUBMITTED:
            begin_review(submission_id=submission.pk)
        return new


def extend(*, reviewer: User, submission_id: UUID) -> Claim:
    """Raises NotFound, Busy, ClaimLost and NoExtensionLeft."""
    with lock_parent(User.objects.filter(pk=reviewer.pk)):  # `claim` counts what is live
        held = own_claim(_get_for_update(reviewer, submission_id), reviewer)
        if held.extensions >= EXTENSIONS_MAX:
            raise NoExtensionLeft
        CLAIM_STATES.move(held, "extend")
        held.until += LEASE
        held.extensions += 1
        held.save()
    return held


@transaction.atomic
def release(*, reviewer: User, submission_id: UUID) -> Claim:
    """Give a claim back; the draft stays for the next reviewer. Raises NotFound and ClaimLost."""
    submission = _get_for_update(reviewer, submission_id)
    held = own_claim(submission, reviewer)
    end_claim(held, "release")
    _wait_again(submission)
    return held


@transaction.atomic
def take_away(*, caller: User, submission_id: UUID, reason: str) -> Claim:
    """End the claim of a reviewer, who is notified with the reason; the draft stays for the next.

    Raises NotFound, PermissionDenied and NotClaimed.
    """
    submission = _get_for_update(caller, submission_id)
    live = selectors.live_claim(submission)
    if live is None:
        raise NotClaimed
    live.taken_by, live.reason = caller, reason
    end_claim(live, "take-away", lambda one: reaches(caller, one, submission.user_id))
    schedule("reviews.claim_notice", subject=str(live.pk))
    _wait_again(submission)
    return live


@transaction.atomic
def settle(*, submission_id: UUID) -> None:
    """Make claims and queue follow the time and the submission's state; no-op for one that does
    not exist."""
    submission = Submission.objects.filter(pk=submission_id).select_for_update(no_key=True).first()
    if submission is None:
        return
    _end_lapsed(submission)
    if selectors.live_claim(submission) is None:
        _wait_again(submission)
    queue.follow(submission)


def own_claim(submission: Submission, reviewer: User) -> Claim:
    """The reviewer's live claim. The caller holds the submission's lock. Raises ClaimLost."""
    live = selectors.live_claim(submission)
    if live is None or live.reviewer_id != reviewer.pk:
        raise ClaimLost
    return live


def end_claim(
    claim: Claim, action: str, may: Callable[[Permission], bool] = lambda _: False
) -> None:
    """The caller holds the submission's lock. Raises PermissionDenied."""
    CLAIM_STATES.move(claim, action, may)
    claim.ended_at = min(claim.until, clock.now())
    claim.save()


def _end_lapsed(submission: Submission) -> None:
    """End the claim whose time is over; its reviewer is notified by a job, under their lock."""
    lapsed = Claim.objects.filter(submission=submission, state=ClaimState.OPEN)
    for claim in lapsed.filter(until__lte=clock.now()):
        end_claim(claim, "expire")
        schedule("reviews.claim_notice", subject=str(claim.pk))


def _wait_again(submission: Submission) -> None:
    """A submission for a second opinion kept its outcome meanwhile."""
    if submission.state == SubmissionState.IN_REVIEW:
        end_review(submission_id=submission.pk)


def waiting_entry(submission: Submission) -> QueueEntry:
    """The caller holds the submission's lock. Raises NotWaiting."""
    entry = QueueEntry.objects.filter(selectors.WAITS, submission=submission).first()
    if entry is None:
        raise NotWaiting
    return entry


def require_learner_consent(submission: Submission) -> None:
    """Raises LearnerConsentMissing."""
    if without_consent().filter(user=submission.user_id).exists():
        raise LearnerConsentMissing


def _get_for_update(caller: User, submission_id: UUID) -> Submission:
    return get_for_update(selectors.reviewable(caller).filter(pk=submission_id))
