"""Cohorts of a program, their pools of seats, and what learners have there."""

from uuid import UUID
from zlib import crc32

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.kit.versions import Part, Versioned
from core.subscriptions.models import CURRENCIES
from core.subscriptions.money import Money
from ongoza_contracts.cohorts import CohortState, EnrolmentState, PoolKind
from ongoza_contracts.event import uuid7

ACCEPTING = (CohortState.OPEN, CohortState.RUNNING)
"""The states of a cohort in which seats are offered and taken."""
SEATED = (
    EnrolmentState.OFFERED,
    EnrolmentState.PENDING_PAYMENT,
    EnrolmentState.ACTIVE,
    EnrolmentState.SUSPENDED,
    EnrolmentState.COMPLETED,
)
"""The states of an enrolment that take a seat of its pool. A completed one keeps its seat."""
NOT_ENDED = (
    EnrolmentState.APPLIED,
    EnrolmentState.OFFERED,
    EnrolmentState.PENDING_PAYMENT,
    EnrolmentState.ACTIVE,
    EnrolmentState.SUSPENDED,
)
"""The states of an enrolment that has not ended. A learner has one of them in a cohort at most."""
ENROLLED = (*NOT_ENDED, EnrolmentState.COMPLETED)
"""The states of an enrolment beside which the learner gets no other in the cohort."""

READING_ANNOUNCEMENTS = (EnrolmentState.ACTIVE, EnrolmentState.SUSPENDED, EnrolmentState.COMPLETED)
"""The states of enrolments whose learners read the announcements of the cohort."""


class Cohort(Versioned):
    """A group of learners who take one version of a program together."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        "organizations.Organization", models.PROTECT, related_name="cohorts"
    )
    program_version = models.ForeignKey(
        "programs.ProgramVersion", models.PROTECT, related_name="cohorts"
    )
    name = models.CharField(max_length=120)
    state = models.CharField(
        max_length=16,
        choices=enum_choices(CohortState),
        default=CohortState.DRAFT.value,
        editable=False,
    )
    time_zone = models.CharField(max_length=64, default="UTC")
    starts_on = models.DateField()
    ends_on = models.DateField()
    public = models.BooleanField(default=False)
    """Whether learners outside of the organization may see it and apply."""

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="cohort_dates"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def etag(self) -> str:
        """Includes the program's slug, title and retirement, which change without a new version of
        the cohort."""
        program = self.program_version.program
        shown = crc32(f"{program.slug} {program.retired} {program.title}".encode())
        return f'"{self.pk}-{shown:08x}-{self.version}"'


class SeatPool(Part):
    """The seats of one kind in a cohort. The cohort's fact holds its size."""

    whole = "cohort"

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="pools")
    kind = models.CharField(max_length=16, choices=enum_choices(PoolKind))
    size = models.PositiveIntegerField()
    needs_code = models.BooleanField(default=False)
    """Whether learners get its seats by a code only."""

    class Meta:
        ordering = ("kind",)
        constraints = (models.UniqueConstraint(fields=("cohort", "kind"), name="one_pool_of_kind"),)

    def __str__(self) -> str:
        return f"{self.cohort}: {self.get_kind_display()}"

    @property
    def prices(self) -> "list[SeatPrice]":
        """Only the seats of one pool are paid for."""
        return [*self.cohort.prices.all()] if self.kind == PoolKind.PAID else []


class Price(models.Model):
    """What a seat of the pool `paid` costs in one currency."""

    currency = models.CharField(max_length=3, choices=CURRENCIES)
    amount = models.PositiveBigIntegerField()
    """In minor units of ISO 4217."""

    class Meta:
        abstract = True
        ordering = ("currency",)

    def __str__(self) -> str:
        return str(self.money)

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class SeatPrice(Price):
    """The price in a cohort. It is not published, and no part of the cohort's fact."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="prices")

    class Meta(Price.Meta):
        constraints = (
            models.UniqueConstraint(fields=("cohort", "currency"), name="one_price_of_seat"),
        )


class Code(models.Model):
    """A right to apply for the seats of one pool, for a number of learners. It adds no seats."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="codes")
    pool = models.CharField(max_length=16, choices=enum_choices(PoolKind))
    code = models.CharField(max_length=32, unique=True)
    max_uses = models.PositiveIntegerField()
    uses = models.PositiveIntegerField(default=0, editable=False)
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=Q(uses__lte=F("max_uses")), name="code_uses"),
        )

    def __str__(self) -> str:
        return f"{self.cohort}: {self.code}"


class CodePrice(Price):
    """The lower price for who applied with a code."""

    code = models.ForeignKey(Code, models.CASCADE, related_name="prices")

    class Meta(Price.Meta):
        constraints = (
            models.UniqueConstraint(fields=("code", "currency"), name="one_price_of_code"),
        )


class Enrolment(Versioned):
    """A learner's place in a cohort, from the application on; ended ones stay."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="enrolments")
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrolments")
    program_version = models.ForeignKey(
        "programs.ProgramVersion", models.PROTECT, related_name="enrolments"
    )
    state = models.CharField(
        max_length=16,
        choices=enum_choices(EnrolmentState),
        default=EnrolmentState.APPLIED.value,
    )
    accepted_pools = models.JSONField(default=list)
    """Kinds of pools, sorted."""
    entitled_pools = models.JSONField(default=list, blank=True)
    """Kinds of pools to which a code or staff gave the learner a right."""
    code = models.ForeignKey(Code, models.PROTECT, null=True, blank=True, related_name="+")
    """The one with which the learner applied. It may lower the price."""
    pool = models.CharField(max_length=16, choices=enum_choices(PoolKind), null=True, blank=True)  # noqa: DJ001 (absent in the fact)
    expires_at = models.DateTimeField(null=True, blank=True)
    payment_reference = models.CharField(max_length=120, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    activated_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    previous_id: "models.UUIDField[UUID | None, UUID | None]" = models.UUIDField(
        null=True, blank=True
    )
    """The enrolment that a transfer ended. No foreign key: an erasure deletes both at once."""

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "cohort"),
                condition=Q(state__in=[state.value for state in NOT_ENDED]),
                name="one_open_enrolment",
            ),
            models.CheckConstraint(
                condition=Q(pool__isnull=False) | ~Q(state__in=[state.value for state in SEATED]),
                name="seat_of_a_pool",
            ),
        )
        indexes = (
            models.Index(fields=("cohort", "state", "created_at"), name="enrolment_queue"),
            models.Index(
                fields=("expires_at",),
                condition=Q(expires_at__isnull=False),
                name="enrolment_expiry",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.cohort} ({self.get_state_display()})"


class Announcement(models.Model):
    """A message of staff to the learners of a cohort."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="announcements")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    title = models.CharField(max_length=200)
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.title
