"""Bodies of the users routes, in and out."""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import SecretField, StrictSerializer
from core.users.addresses import validate_new_address
from core.users.devices import UNKNOWN
from core.users.fields import BirthYearField, TermsVersionField
from core.users.hashers import MAX_PASSWORD_LENGTH
from core.users.models import ApiToken, SignIn, User
from ongoza_contracts.access import Permission
from ongoza_contracts.http.tokens import READ, WRITE
from ongoza_contracts.vocabulary import Track

SCOPE_WORDS = (READ, WRITE, *(permission.value for permission in Permission))
ASCII = RegexValidator(r"^[\x21-\x7e]*$", "Only plain ASCII addresses are accepted.")


class UserSerializer(serializers.ModelSerializer[User]):
    """A person who may sign in. `email` is null for callers who may not read it."""

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
    """The address of a new account: log-in still reads the addresses of earlier rules."""

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
    terms_version = TermsVersionField(required=False)
    birth_year = BirthYearField(required=False)


class LogInRequest(StrictSerializer):
    email = EmailField()
    password = PasswordField()


class RefreshRequest(StrictSerializer):
    refresh_token = SecretField(max_length=4096)


class UpdateUserRequest(StrictSerializer):
    """The fields that users may change; the others are read-only."""

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


class EmailRequest(StrictSerializer):
    email = EmailField()


class TokenField(SecretField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=128, **options)


class VerifyEmailRequest(StrictSerializer):
    token = TokenField(required=False)


class PasswordResetRequest(StrictSerializer):
    token = TokenField()
    new_password = PasswordField()


class LogInLinkRequest(StrictSerializer):
    """Exactly one of the two."""

    email = EmailField(required=False)
    token = TokenField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Give either email or token.", "invalid")
        return attrs


class PasswordRequest(StrictSerializer):
    password = PasswordField()


class CodeField(SecretField):
    """Spaces and hyphens do not count."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=32, **options)


class CodeRequest(StrictSerializer):
    code = CodeField()


class ChallengeRequest(StrictSerializer):
    challenge = SecretField(max_length=1024)


class ChallengeCodeRequest(ChallengeRequest):
    code = CodeField()


class ApiTokenRequest(StrictSerializer):
    name = serializers.CharField(max_length=80)
    scope = serializers.ListField(
        child=serializers.ChoiceField(choices=SCOPE_WORDS), min_length=1, max_length=20
    )
    expires_in_days = serializers.IntegerField(
        source="days", min_value=1, max_value=366, default=90
    )
    password = PasswordField(required=False, help_text="Unless there is a second factor.")
    code = CodeField(required=False, help_text="Of the second factor, if there is one.")


class ExchangeRequest(StrictSerializer):
    token = TokenField()


class ApiTokenSerializer(serializers.ModelSerializer[ApiToken]):
    """An API token without its text."""

    scope = serializers.SerializerMethodField()

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = (
            "id",
            "name",
            "scope",
            "created_at",
            "expires_at",
            "last_used_at",
        )
        read_only_fields = fields

    def get_scope(self, api_token: ApiToken) -> list[str]:
        return api_token.scope.split(" ")


class CreatedApiToken(ApiTokenSerializer):
    token = serializers.CharField(help_text="Shown once: only its hash is stored.")

    class Meta(ApiTokenSerializer.Meta):
        fields = (*ApiTokenSerializer.Meta.fields, "token")


class ScopedAccessToken(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="In seconds.")
    scope = serializers.CharField(help_text="Words separated by spaces.")


class OidcFinishRequest(StrictSerializer):
    code = SecretField(max_length=2048)
    state = SecretField(max_length=128)
    log_in_token = SecretField(max_length=1024)


class OidcStart(serializers.Serializer[Any]):
    authorization_url = serializers.CharField()
    log_in_token = serializers.CharField(
        help_text="The browser keeps it and sends it back with code and state."
    )


class MailOnItsWay(serializers.Serializer[Any]):
    detail = serializers.CharField()


class Challenge(serializers.Serializer[Any]):
    """A refused log-in; with `challenge` if the credentials are right and another step is due."""

    detail = serializers.CharField()
    code = serializers.CharField()
    challenge = serializers.CharField(required=False)


class TotpStatus(serializers.Serializer[Any]):
    enrolled = serializers.BooleanField()
    recovery_codes_left = serializers.IntegerField()


class TotpEnrolment(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="In base 32, to be typed into an authenticator app.")
    otpauth_uri = serializers.CharField()
    qr_svg = serializers.CharField(help_text="The URI as a QR code: a data URI of an SVG image.")


class RecoveryCodes(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(
        child=serializers.CharField(), help_text="Each works once instead of a code of the app."
    )


class Tokens(serializers.Serializer[Any]):
    access_token = serializers.CharField(source="access")
    refresh_token = serializers.CharField(source="refresh")


class SignedIn(Tokens):
    user = UserSerializer()


class SignInSerializer(serializers.ModelSerializer[SignIn]):
    """A device on which the caller is signed in."""

    last_used_at = serializers.DateTimeField(
        source="refreshed_at",
        help_text="When its tokens were last issued: each hour in use.",
    )
    device = serializers.SerializerMethodField(help_text='Like "Firefox on Linux".')
    current = serializers.BooleanField(
        source="is_current", help_text="Whether it is the one that asks."
    )

    class Meta:
        model = SignIn
        fields = ("id", "created_at", "last_used_at", "device", "current")
        read_only_fields = fields

    def get_device(self, sign_in: SignIn) -> str:
        return sign_in.device or UNKNOWN


class SignedUp(SignedIn):
    redirect_url = serializers.CharField()


class EnrolledAndSignedIn(SignedIn, RecoveryCodes):
    pass
