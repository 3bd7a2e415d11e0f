"""The route of a mentor's queue of work."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.mentorship.workqueue import MAX_OF_KIND, work_of


class WorkSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="Such as `request_to_answer` or `messages_to_read`.")
    subject = serializers.UUIDField(help_text="The id of what waits.")
    learner = serializers.IntegerField(source="learner_id")
    since = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="The time that is promised to the learner.")
    is_overdue = serializers.BooleanField()


class WorkQueueSerializer(serializers.Serializer[Any]):
    overdue = serializers.IntegerField()
    work = WorkSerializer(
        many=True, help_text=f"What is due first at the head; at most {MAX_OF_KIND} of each kind."
    )


class WorkQueue(ApiView):
    private = True
    permissions = {"GET": Principal.USER}

    @extend_schema(operation_id="workqueue_read", responses=WorkQueueSerializer)
    def get(self, request: Request) -> Response:
        """What waits for the caller as a mentor, each with the time that is promised to the
        learner. A job notifies the learner's directors of what is overdue."""
        found = work_of(self.caller)
        overdue = sum(work.is_overdue for work in found)
        return Response(WorkQueueSerializer({"overdue": overdue, "work": found}).data)
