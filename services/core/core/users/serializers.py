"""Bodies of the users routes, in and out."""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import SecretField, StrictSerializer
from core.users.addresses import validate_new_address
from core.users.hashers import MAX_PASSWORD_LENGTH
from core.users.models import User
from ongoza_contracts.vocabulary import Track

ASCII = RegexValidator(r"^[\x21-\x7e]*$", "Only plain ASCII addresses are accepted.")


class UserSerializer(serializers.ModelSerializer[User]):
    """A user, as shown to those who may read the user."""

    email = serializers.EmailField(read_only=True, allow_null=True)

    class Meta:
        model = User
        fields = (
            "id",
            "email",
            "first_name",
            "last_name",
            "role",
            "track",
            "organization",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class UserWithoutContactSerializer(UserSerializer):
    """For callers who may read the user but not the user's e-mail address."""

    email = serializers.SerializerMethodField()  # type: ignore[assignment]

    def get_email(self, user: User) -> None:
        return None


class EmailField(serializers.EmailField):
    """Lower-cased, ASCII: what looks the same to a person is the same account."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=254, validators=[ASCII], **options)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).lower()


class NewEmailField(EmailField):
    """Of an account that is added: log-in still reads the addresses of earlier rules."""

    def to_internal_value(self, data: Any) -> str:
        address = super().to_internal_value(data)
        validate_new_address(address)
        return address


class PasswordField(SecretField):
    """Length is checked before anything is hashed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_PASSWORD_LENGTH, write_only=True, **options)


class SignUpRequest(StrictSerializer):
    email = NewEmailField()
    password = PasswordField()
    first_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=80, required=False, allow_blank=True)


class LogInRequest(StrictSerializer):
    email = EmailField()
    password = PasswordField()


class RefreshRequest(StrictSerializer):
    refresh_token = SecretField(max_length=4096)


class UpdateUserRequest(StrictSerializer):
    """What users may change of themselves; the rest of a user is refused as read-only."""

    first_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    track = serializers.ChoiceField(choices=enum_choices(Track), required=False, allow_null=True)
    id = serializers.IntegerField(read_only=True)
    email = serializers.EmailField(read_only=True)
    role = serializers.CharField(read_only=True)
    organization = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class ChangePasswordRequest(StrictSerializer):
    current_password = PasswordField()
    new_password = PasswordField()


class Tokens(serializers.Serializer[Any]):
    access_token = serializers.CharField(source="access")
    refresh_token = serializers.CharField(source="refresh")


class SignedIn(Tokens):
    user = UserSerializer()


class SignedUp(SignedIn):
    redirect_url = serializers.CharField()
