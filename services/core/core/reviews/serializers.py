from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.kit.serializers import ProseField, StrictSerializer
from core.kit.user_texts import user_text_html
from core.lessons.markup import SECTION_MAX
from core.missions.serializers import CRITERIA_MAX, POINTS_MAX
from core.reviews.decisions import Assessment
from core.reviews.models import (
    CLAIM_STATES,
    OUTCOMES,
    Claim,
    ClaimState,
    QueueEntry,
    Review,
    ReviewDraft,
)
from core.reviews.scores import Mark
from core.reviews.selectors import FlagEntries, Wait
from core.reviews.services import EXTENSIONS_MAX
from ongoza_contracts.reviews import ReviewOutcome

RETURNED = [
    choice for choice in CLAIM_STATES if choice[0] not in (ClaimState.OPEN, ClaimState.DECIDED)
]


# --- the queue -----------------------------------------------------------------------------------
class QueueEntrySerializer(serializers.ModelSerializer[QueueEntry]):
    """A submission that waits for a review."""

    submission = serializers.UUIDField(source="submission_id")
    mission = serializers.UUIDField(source="submission.mission_id")
    title = serializers.CharField(source="submission.mission.title", help_text="The mission's.")
    user = serializers.IntegerField(source="submission.user_id", help_text="The learner.")
    attempt = serializers.IntegerField(source="submission.attempt")
    late_minutes = serializers.IntegerField(source="submission.late_minutes")
    late_deduction = serializers.FloatField(
        source="submission.late_deduction", help_text="Per cent of the score."
    )
    equal_artifacts = serializers.IntegerField(
        help_text="How many of its artifacts somebody else handed in just so."
    )
    returned = serializers.SerializerMethodField(
        help_text="How the last claim ended, if there was one: the place in the queue stays."
    )

    class Meta:
        model = QueueEntry
        fields = (
            *("submission", "mission", "title", "user", "attempt"),
            *("first_submitted_at", "entered_at", "promised_by", "second_opinion"),
            *("late_minutes", "late_deduction", "equal_artifacts", "returned"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=RETURNED, allow_null=True))
    def get_returned(self, entry: Any) -> str | None:
        """An open claim of an entry that the queue shows ran out."""
        state = ClaimState.EXPIRED if entry.last_claim == ClaimState.OPEN else entry.last_claim
        return str(state) if state in dict(RETURNED) else None


class HoursField(serializers.FloatField):
    """A time in hours, with one decimal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)

    def to_representation(self, value: timedelta) -> float:  # type: ignore[override]
        return round(value / timedelta(hours=1), 1)


class WaitSerializer(serializers.Serializer[Wait]):
    """What a learner may expect of the queue in which their submission waits."""

    entered_at = serializers.DateTimeField(source="entry.entered_at")
    second_opinion = serializers.BooleanField(source="entry.second_opinion")
    ahead = serializers.IntegerField(help_text="Submissions in the queue that came before.")
    promised_by = serializers.DateTimeField(source="entry.promised_by")
    reviews = serializers.IntegerField(
        source="statistics.reviews", help_text="Decided in this queue in the last 30 days."
    )
    has_enough_reviews = serializers.BooleanField(source="statistics.has_enough_reviews")
    median_hours = HoursField(
        source="statistics.median",
        help_text="Half of them took less. Null if there are not enough reviews, as are the next.",
    )
    p80_hours = HoursField(
        source="statistics.p80", help_text="The 80th percentile: four of five took no longer."
    )
    share_kept = serializers.FloatField(
        source="statistics.share_kept",
        allow_null=True,
        help_text="The share of them that was decided by the promised time: 0 to 1.",
    )


# --- claims --------------------------------------------------------------------------------------
class ClaimSerializer(serializers.ModelSerializer[Claim]):
    """A lease of a submission, by the caller or by somebody else."""

    submission = serializers.UUIDField(source="submission_id")
    title = serializers.CharField(source="submission.mission.title", help_text="The mission's.")
    extensions_left = serializers.SerializerMethodField()

    class Meta:
        model = Claim
        fields = (
            *("id", "submission", "title", "reviewer", "state"),
            *("claimed_at", "until", "extensions_left"),
        )
        read_only_fields = fields

    def get_extensions_left(self, claim: Claim) -> int:
        return EXTENSIONS_MAX - claim.extensions


class TakeAwayRequest(StrictSerializer):
    reason = ProseField(max_length=1000)


# --- reviews -------------------------------------------------------------------------------------
class MarkSerializer(serializers.Serializer[Mapping[str, Any]]):
    """The points for one criterion of the rubric."""

    criterion = serializers.IntegerField(help_text="Its position in the rubric, from 1.")
    points = serializers.FloatField()
    max_points = serializers.IntegerField()
    comment = serializers.CharField()


class ReviewSerializer(serializers.ModelSerializer[Review]):
    """A decided review, as the learner sees it."""

    marks = MarkSerializer(many=True)
    comments_html = serializers.SerializerMethodField(
        help_text="Sanitized, without tables and images."
    )

    class Meta:
        model = Review
        fields = (
            *("id", "submission", "user", "reviewer", "kind", "outcome", "rubric_version"),
            *("marks", "rubric_score", "hint_cost", "late_deduction", "score"),
            *("comments", "comments_html", "decided_at"),
        )
        read_only_fields = fields

    def get_comments_html(self, review: Review) -> str:
        return user_text_html(review.comments)


class ReviewForReviewersSerializer(ReviewSerializer):
    """A decided review with what its reviewer noted for the others."""

    class Meta(ReviewSerializer.Meta):
        fields = (*ReviewSerializer.Meta.fields, "private_notes")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class ReviewDraftSerializer(serializers.ModelSerializer[ReviewDraft]):
    """A review that is not decided; who saved it last may have lost the claim since."""

    marks = MarkSerializer(many=True)
    outcome = serializers.ChoiceField(
        choices=OUTCOMES, allow_blank=True, help_text="Empty while it is open."
    )

    class Meta:
        model = ReviewDraft
        fields = ("reviewer", "outcome", "marks", "comments", "private_notes", "saved_at")
        read_only_fields = fields


class FlagEntriesSerializer(serializers.Serializer[FlagEntries]):
    """How the learner entered flags of the mission."""

    solved = serializers.BooleanField()
    attempts = serializers.IntegerField()
    of_another = serializers.IntegerField(help_text="How many were flags of other learners.")


class ReviewedSubmissionSerializer(serializers.Serializer[Mapping[str, Any]]):
    """What a reviewer needs beside the work."""

    submission = serializers.UUIDField()
    claim = ClaimSerializer(allow_null=True, help_text="The live one, by any reviewer.")
    draft = ReviewDraftSerializer(allow_null=True)
    reviews = ReviewForReviewersSerializer(many=True, help_text="Of this attempt, oldest first.")
    flag = FlagEntriesSerializer()
    hint_cost = serializers.FloatField(
        help_text="What a decision takes from the score for hints, in per cent."
    )


class MarkRequest(StrictSerializer):
    criterion = serializers.IntegerField(min_value=1, max_value=CRITERIA_MAX)
    points = serializers.FloatField(min_value=0, max_value=POINTS_MAX)
    comment = ProseField(max_length=2000, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> Mark:
        return Mark(criterion=attrs["criterion"], points=attrs["points"], comment=attrs["comment"])


class SaveDraftRequest(StrictSerializer):
    """A draft replaces the one before."""

    outcome = serializers.ChoiceField(
        choices=OUTCOMES, allow_blank=True, default="", help_text="Empty while it is open."
    )
    marks = serializers.ListField(child=MarkRequest(), max_length=CRITERIA_MAX, default=list)
    comments = ProseField(
        max_length=SECTION_MAX, allow_blank=True, default="", help_text="Markdown."
    )
    private_notes = ProseField(max_length=SECTION_MAX, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        outcome = attrs.get("outcome")
        found = ReviewOutcome(outcome) if outcome else None
        texts = {name: attrs[name] for name in ("comments", "private_notes")}
        assessment = Assessment(outcome=found, marks=tuple(attrs["marks"]), **texts)
        return {"assessment": assessment}


class DecideRequest(SaveDraftRequest):
    """Every criterion of the submission's rubric gets points."""

    outcome = serializers.ChoiceField(choices=OUTCOMES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**super().validate(attrs), "outcome": ReviewOutcome(attrs["outcome"])}
