from rest_framework import serializers

from core.erasure.models import ErasureReceipt
from core.kit.serializers import StrictSerializer
from core.users.serializers import PasswordField


class EraseUserRequest(StrictSerializer):
    password = PasswordField()


class ReceiptSerializer(serializers.ModelSerializer[ErasureReceipt]):
    class Meta:
        model = ErasureReceipt
        fields = ("place", "rows", "erased_at")
        read_only_fields = fields


class ErasureSerializer(serializers.Serializer[object]):
    receipts = ReceiptSerializer(many=True)
    remaining = serializers.DictField(
        child=serializers.IntegerField(), help_text="Remaining rows by table."
    )
