from typing import Any

from rest_framework import serializers

from core.director_dashboard import numbers
from core.director_dashboard.risks import FiredRule, RiskRule
from core.director_dashboard.selectors import (
    CohortHealth,
    CohortSnapshot,
    LearnerAtRisk,
    Overview,
    ReviewQueue,
    StaffResponse,
    UnrecordedSessions,
    health_of,
)
from core.kit.choices import enum_choices
from core.kit.numbers import CountField, MeasureField
from ongoza_contracts.cohorts import CohortState, EnrolmentState

RULES = enum_choices(RiskRule)
RESPONSES = [
    (name, name.replace("_", " ").title()) for name in ("mentor_message", "mentor_session")
]


class EnrolmentCountsSerializer(serializers.Serializer[Any]):
    """The number of enrolments in each state."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {state.value: CountField(numbers.ENROLMENTS) for state in EnrolmentState}


class CohortCountsSerializer(serializers.Serializer[Any]):
    """The number of cohorts in each state."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {state.value: CountField(numbers.COHORTS) for state in CohortState}


class RiskCountsSerializer(serializers.Serializer[Any]):
    """The number of learners for whom each rule holds."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {rule.value: CountField(numbers.RISKS[rule]) for rule in RiskRule}


class ReviewQueueSerializer(serializers.Serializer[ReviewQueue]):
    reviews_waiting = CountField(numbers.REVIEWS_WAITING)
    reviews_overdue = CountField(numbers.REVIEWS_OVERDUE)
    oldest_since = serializers.DateTimeField(
        allow_null=True, help_text="Since when the longest waiting one is in the queue."
    )


class UnrecordedSessionsSerializer(serializers.Serializer[UnrecordedSessions]):
    unrecorded_sessions = CountField(numbers.UNRECORDED_SESSIONS)
    unrecorded_hours = MeasureField(numbers.UNRECORDED_HOURS)


class DirectorOverviewSerializer(serializers.Serializer[Overview]):
    as_of = serializers.DateTimeField()
    cohorts = CohortCountsSerializer()
    enrolments = EnrolmentCountsSerializer()
    learners = CountField(numbers.LEARNERS, source="people.learners")
    active_7_days = CountField(numbers.ACTIVE_7_DAYS, source="people.active_7_days")
    at_risk = CountField(numbers.AT_RISK, source="people.at_risk")
    risks = RiskCountsSerializer(source="people.risks")
    review_queue = ReviewQueueSerializer()
    sessions = UnrecordedSessionsSerializer()


class _HealthOfCohorts(serializers.ListSerializer[Any]):
    def to_representation(self, data: Any) -> Any:
        return super().to_representation(health_of(data))


class CohortHealthSerializer(serializers.Serializer[CohortHealth]):
    id = serializers.UUIDField(source="cohort.pk")
    name = serializers.CharField(source="cohort.name")
    organization = serializers.IntegerField(source="cohort.organization_id", help_text="Its id.")
    state = serializers.ChoiceField(source="cohort.state", choices=enum_choices(CohortState))
    program_title = serializers.CharField(source="cohort.program_version.program.title")
    starts_on = serializers.DateField(source="cohort.starts_on")
    ends_on = serializers.DateField(source="cohort.ends_on")
    seats = CountField(numbers.SEATS)
    enrolments = EnrolmentCountsSerializer()
    learners = CountField(numbers.LEARNERS, source="people.learners")
    active_7_days = CountField(numbers.ACTIVE_7_DAYS, source="people.active_7_days")
    at_risk = CountField(numbers.AT_RISK, source="people.at_risk")
    as_of = serializers.DateTimeField()

    class Meta:
        list_serializer_class = _HealthOfCohorts


class FiredRuleSerializer(serializers.Serializer[FiredRule]):
    rule = serializers.ChoiceField(choices=RULES)
    since = serializers.DateTimeField()


class StaffResponseSerializer(serializers.Serializer[StaffResponse]):
    kind = serializers.ChoiceField(choices=RESPONSES)
    at = serializers.DateTimeField()


class _RisksOfLearners(serializers.ListSerializer[Any]):
    def to_representation(self, data: Any) -> Any:
        return super().to_representation(self.context["risks"].learners(data))


class LearnerAtRiskSerializer(serializers.Serializer[LearnerAtRisk]):
    enrolment = serializers.UUIDField(source="enrolment.pk")
    user = serializers.IntegerField(source="enrolment.user_id", help_text="The learner's id.")
    name = serializers.CharField(source="enrolment.user.full_name")
    cohort = serializers.UUIDField(source="enrolment.cohort_id")
    cohort_name = serializers.CharField(source="enrolment.cohort.name")
    rules = FiredRuleSerializer(many=True, help_text="Those that hold now, and since when.")
    responses = StaffResponseSerializer(
        many=True, help_text="What staff did since the first of the rules began to hold."
    )
    as_of = serializers.DateTimeField()

    class Meta:
        list_serializer_class = _RisksOfLearners


class CohortSnapshotSerializer(serializers.Serializer[CohortSnapshot]):
    at = serializers.DateTimeField()
    enrolments = EnrolmentCountsSerializer()
    completions = CountField(numbers.COMPLETIONS)
    passed = CountField(numbers.PASSED)


class CohortComparisonSerializer(serializers.Serializer[Any]):
    earlier = CohortSnapshotSerializer()
    later = CohortSnapshotSerializer()
    as_of = serializers.DateTimeField(help_text="When the two were counted.")
