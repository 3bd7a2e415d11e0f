from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from core.coaching.models import (
    TAGS,
    Goal,
    GoalMilestone,
    Habit,
    HabitEntry,
    PauseRange,
    Reflection,
)
from core.coaching.reflections import decrypt
from core.coaching.selectors import with_measures
from core.kit.choices import enum_choices
from core.kit.serializers import ProseField, StrictSerializer
from core.users.preference_serializers import ClockField
from ongoza_contracts.coaching import (
    GoalState,
    HabitEntryState,
    HabitSchedule,
    HabitState,
    Mood,
)

TEXT_MAX = 10_000


class TitleField(serializers.CharField):
    """The title of a goal or of a milestone, or null: see `title_shown` in selectors."""

    def __init__(self, **options: Any) -> None:
        text = "Null for a mentor without the learner's consent `mentor_reads_reflections`."
        super().__init__(read_only=True, allow_null=True, help_text=text, **options)

    def get_attribute(self, instance: Goal | GoalMilestone) -> str | None:
        return instance.title if instance.title_shown else None


class GoalSerializer(serializers.ModelSerializer[Goal]):
    title = TitleField()

    class Meta:
        model = Goal
        fields = ("id", "user", "title", "target_date", "state", "created_at", "updated_at")
        read_only_fields = fields


class SetGoalRequest(StrictSerializer):
    title = serializers.CharField(max_length=200)
    target_date = serializers.DateField()


class UpdateGoalRequest(SetGoalRequest):
    state = serializers.ChoiceField(choices=enum_choices(GoalState))


class GoalMilestoneSerializer(serializers.ModelSerializer[GoalMilestone]):
    title = TitleField()

    class Meta:
        model = GoalMilestone
        fields = ("id", "goal", "title", "done_at", "created_at")
        read_only_fields = fields


class AddGoalMilestoneRequest(StrictSerializer):
    title = serializers.CharField(max_length=200)


class ChangeGoalMilestoneRequest(AddGoalMilestoneRequest):
    done = serializers.BooleanField()


class PauseSerializer(serializers.ModelSerializer[PauseRange]):
    class Meta:
        model = PauseRange
        fields = ("id", "first_day", "last_day")
        read_only_fields = fields


class _MeasuredHabits(serializers.ListSerializer[Any]):
    def to_representation(self, data: Any) -> Any:
        return super().to_representation(with_measures(data))


class HabitSerializer(serializers.ModelSerializer[Habit]):
    reminder_at = ClockField(allow_null=True, read_only=True, help_text="In the user's time zone.")
    pauses = PauseSerializer(many=True, read_only=True)
    streak = serializers.IntegerField(source="measures.streak", read_only=True)
    best_streak = serializers.IntegerField(source="measures.best_streak", read_only=True)
    strength = serializers.FloatField(
        source="measures.strength",
        read_only=True,
        help_text="From 0 to 1; one missed day lowers it a little.",
    )

    class Meta:
        model = Habit
        list_serializer_class = _MeasuredHabits
        fields = (
            *("id", "title", "schedule", "times_a_week", "weekdays", "starts_on", "state"),
            *("reminder_at", "pauses", "streak", "best_streak", "strength"),
            *("created_at", "updated_at"),
        )
        read_only_fields = fields


class SetHabitRequest(StrictSerializer):
    """`times_a_week` and `weekdays` (1 is Monday) are given with the schedule that they belong to,
    and with no other."""

    title = serializers.CharField(max_length=200)
    schedule = serializers.ChoiceField(choices=enum_choices(HabitSchedule))
    times_a_week = serializers.IntegerField(min_value=1, max_value=7, required=False)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        min_length=1,
        max_length=7,
        required=False,
    )
    reminder_at = ClockField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = {"times_a_week", "weekdays"} & attrs.keys()
        needed = {"times_a_week", "weekdays"} & {attrs.get("schedule", "")}
        if given != needed:
            text = "Give it with the schedule of this name, and with no other."
            raise serializers.ValidationError({name: [text] for name in given ^ needed})
        if "schedule" not in attrs:
            return attrs
        weekdays = sorted({*attrs.get("weekdays", ())})
        return {"times_a_week": None, **attrs, "weekdays": weekdays}


class UpdateHabitRequest(SetHabitRequest):
    state = serializers.ChoiceField(choices=enum_choices(HabitState))


class HabitEntrySerializer(serializers.ModelSerializer[HabitEntry]):
    class Meta:
        model = HabitEntry
        fields = ("local_date", "state", "time_zone", "created_at", "updated_at")
        read_only_fields = fields


class LogRequest(StrictSerializer):
    state = serializers.ChoiceField(choices=enum_choices(HabitEntryState))
    local_date = serializers.DateField(
        required=False,
        help_text="Of the seven days before today, or today, in the user's time zone; by default "
        "today.",
    )


class PauseRequest(StrictSerializer):
    first_day = serializers.DateField()
    last_day = serializers.DateField(required=False)


class EndPauseRequest(StrictSerializer):
    last_day = serializers.DateField()


class _DecryptedReflections(serializers.ListSerializer[Any]):
    def to_representation(self, data: Any) -> Any:
        return super().to_representation(decrypt(data))


class ReflectionSerializer(serializers.ModelSerializer[Reflection]):
    text = serializers.CharField(read_only=True)
    tags = serializers.ListField(child=serializers.ChoiceField(choices=TAGS), read_only=True)
    shared = serializers.SerializerMethodField(
        help_text="Whether the author's mentors may read it."
    )

    class Meta:
        model = Reflection
        list_serializer_class = _DecryptedReflections
        fields = ("id", "user", "text", "mood", "tags", "shared", "created_at", "updated_at")
        read_only_fields = fields

    def get_shared(self, reflection: Reflection) -> bool:
        return reflection.shared_at is not None


class WriteReflectionRequest(StrictSerializer):
    text = ProseField(max_length=TEXT_MAX)
    mood = serializers.ChoiceField(choices=enum_choices(Mood), required=False, allow_null=True)
    tags = serializers.ListField(
        child=serializers.ChoiceField(choices=TAGS), max_length=len(TAGS), required=False
    )

    def validate_tags(self, tags: Sequence[str]) -> list[str]:
        return sorted({*tags})


class ChangeReflectionRequest(WriteReflectionRequest):
    shared = serializers.BooleanField(
        help_text="Sharing lets those read it who are the author's mentors at that time."
    )


class HabitFiguresSerializer(serializers.ModelSerializer[Habit]):
    habit_id = serializers.UUIDField(source="id")
    streak = serializers.IntegerField(source="measures.streak")
    best_streak = serializers.IntegerField(source="measures.best_streak")
    strength = serializers.FloatField(source="measures.strength")

    class Meta:
        model = Habit
        fields = ("habit_id", "schedule", "streak", "best_streak", "strength")
        read_only_fields = fields


class CoachingFiguresSerializer(serializers.Serializer[Any]):
    user_id = serializers.IntegerField()
    habits = HabitFiguresSerializer(many=True)
    goals = serializers.DictField(child=serializers.IntegerField())
    tags = serializers.ListField(child=serializers.ChoiceField(choices=TAGS))
    as_of = serializers.DateTimeField()
