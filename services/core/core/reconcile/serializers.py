from rest_framework import serializers

from core.kit.serializers import StrictSerializer
from ongoza_contracts.http.reconcile import VERSION_MAX


class VersionSerializer(serializers.Serializer[object]):
    key = serializers.CharField()
    version = serializers.IntegerField()


class VersionPageSerializer(serializers.Serializer[object]):
    results = VersionSerializer(many=True)
    next_after = serializers.CharField(allow_null=True)


class RepublishRequest(StrictSerializer):
    above = serializers.IntegerField(min_value=1, max_value=VERSION_MAX - 1)


class RepublishedSerializer(serializers.Serializer[object]):
    facts = serializers.IntegerField()


class OutboxStateSerializer(serializers.Serializer[object]):
    first = serializers.IntegerField(allow_null=True)
    last = serializers.IntegerField(allow_null=True)
