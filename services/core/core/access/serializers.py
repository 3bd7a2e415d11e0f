from typing import Any

from django.utils import timezone
from rest_framework import serializers

from core.access.models import Membership
from core.access.services import Scope
from core.kit.choices import enum_choices
from core.kit.serializers import AwareDateTimeField, StrictSerializer
from ongoza_contracts.access import SCOPES, ScopeKind
from ongoza_contracts.vocabulary import ID_MAX, Role


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    cohort = serializers.UUIDField(source="cohort_id", allow_null=True)

    class Meta:
        model = Membership
        fields = (
            "id",
            "user",
            "role",
            "scope",
            "organization",
            "cohort",
            "learner",
            "granted_by",
            "until",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class GrantRequest(StrictSerializer):
    """Exactly one of organization, cohort and learner is given: the one that `scope` names."""

    user = serializers.IntegerField(min_value=1, max_value=ID_MAX)
    role = serializers.ChoiceField(choices=enum_choices(Role))
    scope = serializers.ChoiceField(choices=enum_choices(ScopeKind))
    organization = serializers.IntegerField(min_value=1, max_value=ID_MAX, required=False)
    cohort = serializers.UUIDField(required=False)
    learner = serializers.IntegerField(min_value=1, max_value=ID_MAX, required=False)
    until = AwareDateTimeField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError unless the role may be held in such a scope, which is named."""
        role, kind = Role(attrs["role"]), ScopeKind(attrs["scope"])
        if kind not in SCOPES[role]:
            raise _refusal("scope", f"The role {role} is not granted in this kind of scope.")
        given = {"organization", "cohort", "learner"} & attrs.keys()
        if given != {kind.value}:
            raise _refusal(kind.value, f"For this scope give {kind}, and no other id.")
        if attrs.get("until") and attrs["until"] <= timezone.now():
            raise _refusal("until", "This must be in the future.")
        return {
            "user_id": attrs["user"],
            "role": role,
            "scope": Scope(
                kind, attrs.get("organization"), attrs.get("cohort"), attrs.get("learner")
            ),
            "until": attrs.get("until"),
        }


def _refusal(field: str, detail: str) -> serializers.ValidationError:
    return serializers.ValidationError({field: [detail]}, code="out_of_range")
