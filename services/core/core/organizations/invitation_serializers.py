"""Bodies of the routes of invitations and members."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from core.access.serializers import MembershipSerializer
from core.kit.choices import enum_choices
from core.kit.serializers import AwareDateTimeField, StrictSerializer
from core.organizations.models import Invitation
from core.users.administration_serializers import ListedUserSerializer
from core.users.fields import BirthYearField, TermsVersionField
from core.users.serializers import NewEmailField, PasswordField
from ongoza_contracts.access import SCOPES, ScopeKind
from ongoza_contracts.vocabulary import Role

ROLES = [one for one in enum_choices(Role) if ScopeKind.ORGANIZATION in SCOPES[Role(one[0])]]


class MemberSerializer(ListedUserSerializer):
    """A row of `selectors.members`."""

    memberships = MembershipSerializer(source="held", many=True)

    class Meta(ListedUserSerializer.Meta):
        fields = read_only_fields = (*ListedUserSerializer.Meta.fields, "memberships")  # type: ignore[assignment]


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    class Meta:
        model = Invitation
        fields = (
            "id",
            "organization",
            "email",
            "role",
            "until",
            "status",
            "invited_by",
            "created_at",
            "expires_at",
            "ended_at",
        )
        read_only_fields = fields


class InviteRequest(StrictSerializer):
    email = NewEmailField()
    role = serializers.ChoiceField(choices=ROLES)
    until = AwareDateTimeField(required=False, allow_null=True)

    def validate_until(self, until: Any) -> Any:
        if until and until <= timezone.now():
            raise serializers.ValidationError("This must be in the future.", "out_of_range")
        return until

    def validate_role(self, role: str) -> Role:
        return Role(role)


class AcceptInvitationRequest(StrictSerializer):
    """For somebody without an account."""

    first_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    password = PasswordField()
    terms_version = TermsVersionField(required=False)
    birth_year = BirthYearField(required=False)
