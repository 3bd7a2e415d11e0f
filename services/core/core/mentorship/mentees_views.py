"""The route of a mentee's page."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.coaching.models import Goal, Reflection
from core.coaching.serializers import TitleField
from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.mentorship.flags_serializers import FlagSerializer
from core.mentorship.mentees import mentee_page
from core.mentorship.models import Session
from core.submissions.serializers import SubmissionSerializer
from core.users.models import User


class MenteeSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "first_name", "last_name", "track")
        read_only_fields = fields


class ProgressSummarySerializer(serializers.Serializer[Any]):
    in_progress = serializers.IntegerField()
    completed = serializers.IntegerField()
    last_change_at = serializers.DateTimeField(allow_null=True)


class MenteeSessionSerializer(serializers.ModelSerializer[Session]):
    class Meta:
        model = Session
        fields = ("id", "state", "starts_at", "ends_at", "missed_by")
        read_only_fields = fields


class MenteeGoalSerializer(serializers.ModelSerializer[Goal]):
    title = TitleField()

    class Meta:
        model = Goal
        fields = ("id", "title", "target_date", "state")
        read_only_fields = fields


class MenteeReflectionSerializer(serializers.ModelSerializer[Reflection]):
    class Meta:
        model = Reflection
        fields = ("id", "mood", "tags", "created_at", "updated_at")
        read_only_fields = fields


class MenteeSubmissionSerializer(SubmissionSerializer):
    title = serializers.CharField(source="mission.title", help_text="The mission's.")

    class Meta(SubmissionSerializer.Meta):
        fields = (*SubmissionSerializer.Meta.fields, "title")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class MenteePageSerializer(serializers.Serializer[Any]):
    learner = MenteeSerializer()
    match = serializers.UUIDField(source="match.pk")
    progress = ProgressSummarySerializer()
    sessions = MenteeSessionSerializer(many=True, help_text="The latest.")
    flags = FlagSerializer(many=True, help_text="Those that the caller raised.")
    goals = MenteeGoalSerializer(many=True, help_text="The active ones.")
    submissions = MenteeSubmissionSerializer(
        many=True, help_text="The latest attempts at missions, without drafts."
    )
    reflections = MenteeReflectionSerializer(
        many=True, help_text="The latest that the learner shares with the caller, without text."
    )
    unread_messages = serializers.IntegerField()


class Mentee(ApiView):
    private = True
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="mentees_read", responses=MenteePageSerializer)
    def get(self, request: Request, user_id: int) -> Response:
        """A learner with whom the caller has an active match as mentor; else 404."""
        return Response(MenteePageSerializer(mentee_page(self.caller, user_id)).data)
