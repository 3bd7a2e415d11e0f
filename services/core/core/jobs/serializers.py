from rest_framework import serializers

from core.jobs.models import STATES, Job


class JobSerializer(serializers.ModelSerializer[Job]):
    state = serializers.ChoiceField(choices=STATES, read_only=True)

    class Meta:
        model = Job
        fields = (
            *("id", "kind", "subject", "user", "state", "created_at", "due_at", "attempts"),
            *("last_error", "done_at", "failed_at"),
        )
        read_only_fields = fields
