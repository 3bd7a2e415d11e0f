from rest_framework import serializers


class VersionSerializer(serializers.Serializer[object]):
    key = serializers.CharField()
    version = serializers.IntegerField()


class VersionPageSerializer(serializers.Serializer[object]):
    results = VersionSerializer(many=True)
    next_after = serializers.CharField(allow_null=True)
