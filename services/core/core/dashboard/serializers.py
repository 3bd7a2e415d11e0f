from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.coaching.models import Habit
from core.dashboard import numbers
from core.dashboard.actions import Action, ActionKind
from core.dashboard.programs import MilestoneProgress, ProgramProgress
from core.dashboard.selectors import Event, Overview
from core.kit.choices import enum_choices
from core.kit.numbers import CountField, MeasureField
from core.reviews.models import QueueEntry
from ongoza_contracts.cohorts import EnrolmentState

ACTION_KINDS = enum_choices(ActionKind)
EVENT_KINDS = [("event", "Event"), ("session", "Session")]
PARTS = [(name, name.title()) for name in ("recommendations", "profile", "behaviour")]


class OverviewMilestoneSerializer(serializers.Serializer[MilestoneProgress]):
    title = serializers.CharField()
    milestone_done = CountField(numbers.MILESTONE_DONE)
    milestone_total = CountField(numbers.MILESTONE_TOTAL)


class OverviewProgramSerializer(serializers.Serializer[ProgramProgress]):
    """A program by the learner's enrolment, whose version of it never changes."""

    enrolment = serializers.UUIDField(source="enrolment.pk")
    state = serializers.ChoiceField(source="enrolment.state", choices=enum_choices(EnrolmentState))
    cohort = serializers.UUIDField(source="enrolment.cohort_id")
    cohort_name = serializers.CharField(source="enrolment.cohort.name")
    ends_on = serializers.DateField(source="enrolment.cohort.ends_on")
    slug = serializers.CharField(source="enrolment.program_version.program.slug")
    title = serializers.CharField(source="enrolment.program_version.program.title")
    version = serializers.IntegerField(
        source="enrolment.program_version.number", help_text="Of the program."
    )
    required_done = CountField(numbers.REQUIRED_DONE)
    required_total = CountField(numbers.REQUIRED_TOTAL)
    milestones = OverviewMilestoneSerializer(many=True)


class ActionSerializer(serializers.Serializer[Action]):
    kind = serializers.ChoiceField(choices=ACTION_KINDS, help_text="Its reason, too.")
    subject = serializers.CharField(
        help_text="The id of the enrolment, session, mission or item of content."
    )
    title = serializers.CharField(help_text="Of what it is about; empty for a session.")
    due_at = serializers.DateTimeField(allow_null=True)


class OverviewHabitSerializer(serializers.ModelSerializer[Habit]):
    streak = CountField(numbers.STREAK, source="measures.streak")
    best_streak = CountField(numbers.BEST_STREAK, source="measures.best_streak")
    strength = MeasureField(numbers.STRENGTH, source="measures.strength")

    class Meta:
        model = Habit
        fields = ("id", "title", "schedule", "streak", "best_streak", "strength")
        read_only_fields = fields


class OverviewEventSerializer(serializers.Serializer[Event]):
    kind = serializers.ChoiceField(choices=EVENT_KINDS)
    id = serializers.UUIDField()
    title = serializers.CharField(help_text="Empty for a session.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class OpenReviewSerializer(serializers.ModelSerializer[QueueEntry]):
    """A submission that waits for a review."""

    submission = serializers.UUIDField(source="submission_id")
    mission = serializers.UUIDField(source="submission.mission_id")
    title = serializers.CharField(source="submission.mission.title", help_text="The mission's.")

    class Meta:
        model = QueueEntry
        fields = ("submission", "mission", "title", "entered_at", "promised_by")
        read_only_fields = fields


class AiPartsSerializer(serializers.Serializer[Any]):
    """What ai knows of the learner. A part is null while ai does not answer."""

    recommendations = serializers.DictField(
        allow_null=True, help_text="As ai's `GET /api/v1/recommendations`."
    )
    profile = serializers.DictField(
        allow_null=True, help_text="As ai's `GET /api/v1/profiling/results`."
    )
    behaviour = serializers.DictField(
        allow_null=True, help_text="As ai's `POST /api/v1/personality/analyze`."
    )


class StudentOverviewSerializer(serializers.Serializer[Overview]):
    user = serializers.IntegerField(source="user.pk", help_text="The learner's id.")
    track = serializers.CharField(source="user.track", allow_null=True)
    as_of = serializers.DateTimeField(help_text="When core counted; ai's parts have their own.")
    programs = OverviewProgramSerializer(many=True)
    actions = ActionSerializer(many=True, help_text="What is due first is first.")
    habits = OverviewHabitSerializer(many=True)
    goals = serializers.DictField(
        child=CountField(numbers.GOALS), help_text="Their number by state."
    )
    events = OverviewEventSerializer(many=True)
    reviews = OpenReviewSerializer(many=True)
    completed_7_days = CountField(numbers.COMPLETED_7_DAYS)
    completed_28_days = CountField(numbers.COMPLETED_28_DAYS)
    ai = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField(help_text="The parts of `ai` that are null.")

    @extend_schema_field(AiPartsSerializer)
    def get_ai(self, overview: Overview) -> dict[str, Any]:
        return dict(self.context["ai"])

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=PARTS)))
    def get_missing(self, overview: Overview) -> list[str]:
        return [name for name, part in self.context["ai"].items() if part is None]
