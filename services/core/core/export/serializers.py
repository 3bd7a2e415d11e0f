from rest_framework import serializers

from core.export.selectors import STATES


class ExportSerializer(serializers.Serializer[object]):
    """The newest archive of the caller's data; its fields are null if there is none."""

    state = serializers.ChoiceField(choices=STATES, read_only=True)
    ready_at = serializers.DateTimeField(read_only=True, allow_null=True)
    expires_at = serializers.DateTimeField(read_only=True, allow_null=True)
    size = serializers.IntegerField(read_only=True, allow_null=True, help_text="In bytes.")
    sha256 = serializers.CharField(read_only=True, allow_null=True)
