from rest_framework import serializers

from core.files.models import UPLOAD_STATES, Upload
from core.kit.serializers import StrictSerializer


class FileSerializer(serializers.ModelSerializer[Upload]):
    """A file of the caller's, which may not have arrived yet."""

    state = serializers.ChoiceField(choices=UPLOAD_STATES, read_only=True)
    offset = serializers.IntegerField(
        read_only=True, help_text="How many bytes have arrived: the next chunk begins here."
    )
    content_type = serializers.CharField(
        read_only=True, allow_null=True, help_text="By its bytes; null until it is complete."
    )

    class Meta:
        model = Upload
        fields = (
            *("id", "name", "size", "sha256", "state", "offset"),
            *("content_type", "created_at", "changed_at"),
        )
        read_only_fields = fields


class CreateFileRequest(StrictSerializer):
    name = serializers.CharField(max_length=200, help_text="The file's name, without a path.")
    size = serializers.IntegerField(min_value=1, max_value=2**53, help_text="In bytes.")
    sha256 = serializers.RegexField(
        r"^[0-9a-f]{64}$", help_text="Of the whole file, in small hexadecimal digits."
    )

    def validate_name(self, name: str) -> str:
        if name in (".", "..") or "/" in name or "\\" in name:
            raise serializers.ValidationError("Give the name without a path.", "invalid")
        return name
