"""Bodies of the routes by which admins manage accounts."""

from typing import Any

from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import StrictSerializer
from core.organizations.models import Organization
from core.users.serializers import NewEmailField, UserSerializer
from ongoza_contracts.vocabulary import Role, Track


class ListedUserSerializer(UserSerializer):
    """A row of `selectors.listed_users`."""

    email = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta(UserSerializer.Meta):
        fields = read_only_fields = (*UserSerializer.Meta.fields, "is_active")  # type: ignore[assignment]

    def get_email(self, user: Any) -> str | None:
        """Null for callers without the permission `learner.contact.read` on the user."""
        return user.email if user.contact_readable else None


class ChangeRoleRequest(StrictSerializer):
    """Without `organization` the user stays where they are; null takes them out."""

    role = serializers.ChoiceField(choices=enum_choices(Role))
    organization = serializers.PrimaryKeyRelatedField(
        queryset=Organization.objects.all(), required=False, allow_null=True
    )


class CreateUserRequest(ChangeRoleRequest):
    email = NewEmailField()
    first_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    track = serializers.ChoiceField(choices=enum_choices(Track), required=False, allow_null=True)
