"""Users and their sign-ins. Rows change through `core.users.services` alone."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from core.kit.choices import enum_choices
from core.kit.versions import Versioned, VersionedQuerySet
from core.users.hashers import MAX_PASSWORD_LENGTH, normalize, verify
from ongoza_contracts.vocabulary import Role, Track


class UserManager(BaseUserManager["User"]):
    """Without `create_user`: users are added by `core.users.services`."""

    def get_queryset(self) -> VersionedQuerySet["User"]:
        return VersionedQuerySet(self.model, using=self._db)


class User(Versioned, AbstractBaseUser):
    """A person who may sign in: a learner or one of the staff roles."""

    # A password is hashed again when the parameters change.
    unversioned = frozenset({"password", "email_verified_at"})

    last_login = None  # Django's column for it would be written with every sign-in

    email = models.EmailField(max_length=254, unique=True)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=16, choices=enum_choices(Role), default=Role.LEARNER.value)
    track = models.CharField(max_length=16, choices=enum_choices(Track), null=True, blank=True)  # noqa: DJ001  (no track yet is not a text)
    organization = models.ForeignKey(
        "organizations.Organization",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="members",
    )
    is_active = models.BooleanField(default=True)
    # Raised to void all access tokens at once; published, so that other services refuse them too.
    token_generation = models.PositiveIntegerField(default=0, editable=False)

    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="users_email_is_lower_case"
            ),
        )

    def __str__(self) -> str:
        return f"{self.full_name} ({self.email})" if self.full_name else self.email

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def set_password(self, raw_password: str | None) -> None:
        """Without a password nobody can sign in as this user."""
        super().set_password(None if raw_password is None else normalize(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Replaces an outdated hash, but not a password that was changed meanwhile.

        Django's own method saves over such a change.
        """
        if raw_password is None or len(raw_password) > MAX_PASSWORD_LENGTH:
            return False
        matches, outdated = verify(raw_password, self.password)
        if matches and outdated and not self._replace_hash(raw_password):
            stored = User.objects.filter(pk=self.pk).values_list("password", flat=True).first()
            self.password = stored or make_password(None)
            matches, _ = verify(raw_password, self.password)
        return matches

    def _replace_hash(self, raw_password: str) -> bool:
        """False when the row no longer has the hash that was checked."""
        fresh = make_password(normalize(raw_password))
        replaced = User.objects.filter(pk=self.pk, password=self.password).update(password=fresh)
        if replaced:
            self.password = fresh
        return bool(replaced)

    @property
    def is_staff(self) -> bool:
        """Django's admin site asks this and the next three: it is for the admin role alone."""
        return self.is_active and self.role == Role.ADMIN

    @property
    def is_superuser(self) -> bool:
        return self.is_staff

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


def new_jti() -> str:
    return uuid.uuid4().hex


def whole_second() -> datetime:
    """Now, as precise as the times in a token."""
    return timezone.now().replace(microsecond=0)


class SignIn(Versioned):
    """One sign-in on one device: the family of all tokens refreshed from it.

    Deleting the row, which is published, ends them all. The row says which refresh token is the
    current one, so that its text is not stored.
    """

    unversioned = frozenset({"refresh_jti", "previous_refresh_jti", "refreshed_at", "device"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins")
    refresh_jti = models.CharField(max_length=32, default=new_jti, editable=False)
    previous_refresh_jti = models.CharField(max_length=32, blank=True, editable=False)
    refreshed_at = models.DateTimeField(default=whole_second, editable=False)
    device = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)

    class Meta:
        ordering = ("id",)
        # No other index finds the oldest for retention: it is worth a write at each refresh.
        indexes = (models.Index("refreshed_at", name="sign_ins_by_refreshed_at"),)

    def __str__(self) -> str:
        return f"{self.user} on {self.device or 'an unknown device'}"


class TrackChoice(models.Model):
    """The track that a user had from a time on, and by whose word. A confirmed track is a choice of
    the same track by the user."""

    class Source(models.TextChoices):
        SELF = "self"
        PROFILING = "profiling"
        STAFF = "staff"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="track_choices")
    track = models.CharField(max_length=16, choices=enum_choices(Track), null=True)  # noqa: DJ001  (no track is not a text)
    source = models.CharField(max_length=9, choices=Source.choices)
    chosen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.track or 'no track'} of user {self.user_id}"


class OneTimeToken(models.Model):
    """A token that was mailed to its user and works once."""

    class Purpose(models.TextChoices):
        VERIFY_ADDRESS = "verify_address"
        RESET_PASSWORD = "reset_password"  # noqa: S105  (a purpose, not a password)
        LOG_IN_LINK = "log_in_link"
        GUARDIAN_CONSENT = "guardian_consent"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="one_time_tokens")
    purpose = models.CharField(max_length=32, choices=Purpose.choices)
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} of user {self.user_id}"


class TotpSecret(models.Model):
    """The secret that a user's authenticator app shares with us, encrypted."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="totp")
    encrypted = models.BinaryField()
    log_in = models.UUIDField(null=True)
    """The log-in that began it, if one required it."""
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"second factor of user {self.user_id}"


class UserKey(models.Model):
    """The key of a user's private texts, encrypted; see `core.users.user_keys`."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="key")
    encrypted = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"key of user {self.user_id}"


class RecoveryCode(models.Model):
    """Works once instead of a code of the authenticator app."""

    totp = models.ForeignKey(TotpSecret, on_delete=models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("totp", "hash"), name="one_recovery_code"),)

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class ApiToken(models.Model):
    """A token for programs of a user. Its sign-in ends with it, and takes it along when it ends."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sign_in = models.OneToOneField(SignIn, on_delete=models.CASCADE, related_name="api_token")
    name = models.CharField(max_length=80)
    hash = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=320)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Preferences(models.Model):
    """How a user wants to be addressed."""

    class Locale(models.TextChoices):
        ENGLISH = "en"
        FRENCH = "fr"
        PORTUGUESE = "pt"
        SWAHILI = "sw"
        ARABIC = "ar"
        AMHARIC = "am"
        HAUSA = "ha"
        YORUBA = "yo"

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="preferences"
    )
    locale = models.CharField(max_length=8, choices=Locale.choices, default=Locale.ENGLISH)
    time_zone = models.CharField(max_length=64, default="UTC")
    data_saver = models.BooleanField(default=False)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    nudges = models.BooleanField(default=True, db_default=True)
    """Whether the coach may nudge the user."""
    day_start_hour = models.PositiveSmallIntegerField(default=0, db_default=0)
    """The hour at which the user's day begins: what is done before belongs to the day before."""

    def __str__(self) -> str:
        return f"preferences of user {self.user_id}"


class Consent(models.Model):
    """That a user consented to one version of something, until it was withdrawn."""

    class Kind(models.TextChoices):
        TERMS = "terms"
        SPONSOR_SEES_NAME = "sponsor_sees_name"
        MENTOR_READS_REFLECTIONS = "mentor_reads_reflections"
        PRODUCT_MAIL = "product_mail"
        GUARDIAN = "guardian"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=32, choices=Kind.choices)
    version = models.CharField(max_length=32)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "kind"),
                condition=models.Q(withdrawn_at=None),
                name="one_open_consent_of_a_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of user {self.user_id}"


class ExternalIdentity(models.Model):
    """A user as a provider of OpenID Connect knows them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="external_identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("issuer", "subject"), name="one_user_of_an_identity"),
        )

    def __str__(self) -> str:
        return f"identity of user {self.user_id} at {self.issuer}"


class Minor(models.Model):
    """Until when a user needs a guardian's consent, and the guardian's address. Without a day the
    user is asked for the year of birth first. Users who are of age have no such row."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True)
    adult_from = models.DateField(null=True, db_index=True)
    guardian_email = models.EmailField(max_length=254, blank=True, default="")

    def __str__(self) -> str:
        return f"user {self.user_id} until {self.adult_from or 'the year of birth is known'}"


class Impersonation(models.Model):
    """That an admin viewed the account as its user sees it, without changing anything, and why."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="impersonations")
    viewer = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    sign_in = models.OneToOneField(
        SignIn, on_delete=models.SET_NULL, null=True, related_name="impersonation"
    )
    """None once the view has ended."""
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index("created_at", name="impersonations_by_created_at"),
            models.Index(
                "expires_at", condition=~models.Q(sign_in=None), name="views_by_expires_at"
            ),
        )

    def __str__(self) -> str:
        return f"user {self.user_id} viewed by user {self.viewer_id}"
