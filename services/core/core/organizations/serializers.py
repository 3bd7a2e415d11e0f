from rest_framework import serializers

from core.kit.serializers import StrictSerializer
from core.organizations.models import Organization


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    """An organization, as its members see it."""

    class Meta:
        model = Organization
        fields = ("id", "name", "kind")
        read_only_fields = fields


class OrganizationRequest(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=Organization.Kind.choices)
