from typing import Any

from rest_framework import serializers

from core.certificates.models import Certificate
from core.kit.choices import enum_choices
from core.kit.serializers import StrictSerializer
from ongoza_contracts.certificates import CertificateState


class CertificateSerializer(serializers.ModelSerializer[Certificate]):
    evidence = serializers.CharField(read_only=True)

    class Meta:
        model = Certificate
        fields = (
            "id",
            "user",
            "enrolment",
            "program_version",
            "name",
            "program_title",
            "completed_on",
            "by_check",
            "by_review",
            "by_staff",
            "evidence",
            "state",
            "revoked_at",
            "revocation_reason",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class IssueRequest(StrictSerializer):
    enrolment = serializers.UUIDField()


class RevokeRequest(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class VerificationSerializer(serializers.Serializer[Certificate]):
    """What everybody may read of a certificate."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=enum_choices(CertificateState))
    name = serializers.CharField()
    program = serializers.CharField(source="program_title")
    completed_on = serializers.DateField()
    issued_at = serializers.DateTimeField(source="created_at")
    revoked_at = serializers.DateTimeField(allow_null=True)
    evidence = serializers.CharField()


class PublicKey(serializers.Serializer[Any]):
    """A JSON Web Key (RFC 7517)."""

    kty = serializers.CharField()
    n = serializers.CharField()
    e = serializers.CharField()
    alg = serializers.CharField()
    kid = serializers.CharField()
    use = serializers.CharField()


class PublicKeys(serializers.Serializer[Any]):
    keys = PublicKey(many=True)


class RevokedCredential(serializers.Serializer[Any]):
    id = serializers.CharField()
    revoked = serializers.BooleanField()


class Revocations(serializers.Serializer[Any]):
    """The 1EdTech revocation list of one credential."""

    id = serializers.CharField()
    issuer = serializers.CharField()
    revokedCredentials = RevokedCredential(many=True)
