from rest_framework import serializers

from core.coaching.models import Goal
from core.kit.choices import enum_choices
from core.kit.serializers import StrictSerializer
from ongoza_contracts.coaching import GoalState


class GoalSerializer(serializers.ModelSerializer[Goal]):
    class Meta:
        model = Goal
        fields = ("id", "user", "title", "target_date", "state", "created_at", "updated_at")
        read_only_fields = fields


class SetGoalRequest(StrictSerializer):
    title = serializers.CharField(max_length=200)
    target_date = serializers.DateField()


class UpdateGoalRequest(SetGoalRequest):
    state = serializers.ChoiceField(choices=enum_choices(GoalState))
