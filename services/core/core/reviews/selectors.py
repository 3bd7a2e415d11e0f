"""Reads of the queue, of claims and of reviews."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.access.selectors import reach
from core.kit import clock
from core.kit.errors import NotFound
from core.missions.models import FlagAttempt, FlagOutcome
from core.missions.selectors import hint_cost
from core.reviews.models import Claim, ClaimState, QueueEntry, Review
from core.reviews.promises import MEDIAN, PROMISED, REVIEWS_MIN, WINDOW, QueueStatistics
from core.submissions.models import Artifact, Submission
from core.users.guardians import without_consent
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.reviews import ReviewKind
from ongoza_contracts.submissions import SubmissionState

REVIEW = Permission.SUBMISSION_REVIEW
UNDECIDED = (SubmissionState.SUBMITTED, SubmissionState.IN_REVIEW)
DECIDED = (SubmissionState.CHANGES_REQUESTED, SubmissionState.PASSED, SubmissionState.FAILED)
WAITS = Q(second_opinion=True) | Q(submission__state__in=UNDECIDED)
"""Finds the entries whose submission was not withdrawn."""


def waiting_entries() -> QuerySet[QueueEntry]:
    """What may be reviewed now: nothing of a minor without a guardian's consent."""
    learners = without_consent().values("user")
    return QueueEntry.objects.filter(WAITS).exclude(submission__user__in=learners)


# --- for reviewers -------------------------------------------------------------------------------
def reviewable(caller: User, permission: Permission = REVIEW) -> QuerySet[Submission]:
    """The submissions of other learners within reach, but for drafts and withdrawn ones."""
    handed_in = Submission.objects.filter(state__in=(*UNDECIDED, *DECIDED))
    return handed_in.filter(reach(caller, permission, "user_id")).exclude(user=caller)


def reviewable_submission(caller: User, submission_id: UUID) -> Submission:
    """Raises NotFound."""
    found = reviewable(caller).filter(pk=submission_id).first()
    if found is None:
        raise NotFound
    return found


def queue(caller: User) -> QuerySet[QueueEntry]:
    """What the caller may claim, the longest waiting first: nothing that has a live claim, and no
    second opinion on a review of the caller's own. Each entry has `last_claim`, the state of the
    newest claim: open for one that ran out; and `equal_artifacts`, the number of those that
    somebody else handed in for the mission as well."""
    within = reach(caller, REVIEW, "submission__user_id")
    claims = Claim.objects.filter(submission=OuterRef("submission"))
    own_reviews = Review.objects.filter(submission=OuterRef("submission"), reviewer=caller)
    return (
        waiting_entries()
        .filter(within)
        .exclude(submission__user=caller)
        .exclude(Exists(live_claims().filter(submission=OuterRef("submission"))))
        .exclude(Exists(own_reviews), second_opinion=True)
        .select_related("submission__mission")
        .annotate(
            last_claim=Subquery(claims.order_by("-id").values("state")[:1]),
            equal_artifacts=Coalesce(Subquery(_equal_artifacts()), 0),
        )
    )


def _equal_artifacts() -> QuerySet[Artifact, int]:
    """The number for an entry of the outer query; none instead of 0."""
    mission, learner = OuterRef("submission__mission"), OuterRef("submission__user")
    others = Artifact.objects.exclude(submission__user=learner).filter(
        sha256=OuterRef("sha256"), submission__mission=mission
    )
    equal = Exists(others.exclude(submission__state=SubmissionState.DRAFT))
    found = Artifact.objects.filter(equal, submission=OuterRef("submission")).order_by()
    return found.values("submission").annotate(count=Count("pk")).values_list("count", flat=True)


def live_claims() -> QuerySet[Claim]:
    return Claim.objects.filter(state=ClaimState.OPEN, until__gt=clock.now())


def own_claims(caller: User) -> QuerySet[Claim]:
    """The live ones, with what they are about."""
    return live_claims().filter(reviewer=caller).select_related("submission__mission")


def live_claim(submission: Submission) -> Claim | None:
    return live_claims().filter(submission=submission).first()


def reviews_of(submission: Submission) -> QuerySet[Review]:
    """Decided ones, oldest first."""
    return Review.objects.filter(submission=submission)


def hint_cost_of(submission: Submission) -> int:
    """In per cent of the score, of the hints that were unlocked before it was handed in."""
    return hint_cost(submission.user_id, submission.mission_id, until=submission.submitted_at)


@dataclass(frozen=True)
class FlagEntries:
    """How a learner entered flags of a mission."""

    solved: bool
    attempts: int
    of_another: int
    """How many of them were flags of other learners."""


def flag_entries(submission: Submission) -> FlagEntries:
    """Those of its learner at its mission. Whose flags they were is not for reviewers."""
    rows = FlagAttempt.objects.filter(user=submission.user_id, mission=submission.mission_id)
    outcomes = [*rows.values_list("outcome", flat=True)]
    return FlagEntries(
        solved=FlagOutcome.ACCEPTED in outcomes,
        attempts=len(outcomes),
        of_another=outcomes.count(FlagOutcome.OF_ANOTHER),
    )


# --- for learners --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Wait:
    """What a learner may expect of the queue in which their submission waits."""

    entry: QueueEntry
    ahead: int
    statistics: QueueStatistics


def wait(submission: Submission) -> Wait:
    """Raises NotFound for a submission that does not wait for a review."""
    entry = QueueEntry.objects.filter(WAITS, submission=submission).first()
    if entry is None:
        raise NotFound
    organization_id = submission.user.organization_id
    return Wait(entry, entries_ahead(entry, organization_id), statistics_of(organization_id))


def entries_ahead(entry: QueueEntry, organization_id: int | None) -> int:
    """How many wait in the same queue for longer: that of the learners of one organization."""
    earlier = Q(first_submitted_at__lt=entry.first_submitted_at) | Q(
        first_submitted_at=entry.first_submitted_at, pk__lt=entry.pk
    )
    queue = waiting_entries().filter(submission__user__organization=organization_id)
    return queue.filter(earlier).count()


class PercentileDisc(Aggregate):
    """The least value that a share of the values does not exceed (nearest rank)."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"


def statistics_of(organization_id: int | None) -> QueueStatistics:
    """Of the queue of an organization's learners, or of those without one, in the last 30 days."""
    rows = Review.objects.filter(
        user__organization=organization_id, decided_at__gt=clock.now() - WINDOW
    ).exclude(kind=ReviewKind.REGRADE)
    waited = F("decided_at") - F("waiting_since")
    in_time = Q(promised_by=None) | Q(decided_at__lte=F("promised_by"))
    found = rows.aggregate(
        reviews=Count("pk"),
        in_time=Count("pk", filter=in_time),
        median=PercentileDisc(waited, share=MEDIAN),
        p80=PercentileDisc(waited, share=PROMISED),
    )
    reviews, in_time_count = found.pop("reviews"), found.pop("in_time")
    if reviews < REVIEWS_MIN:
        return QueueStatistics(reviews)
    return QueueStatistics(reviews, share_kept=in_time_count / reviews, **found)


# --- for jobs ------------------------------------------------------------------------------------
def unsettled() -> QuerySet[Submission, UUID]:
    """The ids of those for which `services.settle` has something to do: a claim ran out, or was
    deleted with its reviewer; or the queue does not have what waits, or has what does not. A union
    of queries by indexes of what is open or waits, and not of all submissions."""
    live = Exists(live_claims().filter(submission=OuterRef("pk")))
    undecided = Submission.objects.filter(state__in=UNDECIDED)
    unclaimed = Q(state=SubmissionState.IN_REVIEW) & ~Q(live)
    rows: QuerySet[Any, Any] = undecided.filter(unclaimed | Q(queue_entry=None))
    lapsed = Claim.objects.filter(state=ClaimState.OPEN, until__lte=clock.now())
    first = QueueEntry.objects.filter(second_opinion=False)
    decided = first.exclude(submission__state__in=UNDECIDED)
    return (
        rows.order_by()
        .values_list("pk", flat=True)
        .union(
            lapsed.order_by().values_list("submission_id", flat=True),
            decided.order_by().values_list("submission_id", flat=True),
        )
    )


def overdue() -> QuerySet[QueueEntry]:
    """Those whose promised time has passed without a notice to directors."""
    return waiting_entries().filter(promised_by__lte=clock.now(), escalated_at=None)
