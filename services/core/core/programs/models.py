"""The catalogue: programs, and the courses, modules and missions they consist of."""

from enum import StrEnum

from django.db import models

from core.kit.choices import enum_choices
from core.kit.versions import Part, Versioned
from ongoza_contracts.event import uuid7
from ongoza_contracts.vocabulary import ContentType, Track

TRACKS = enum_choices(Track)


class CompletedBy(StrEnum):
    """By whose word an item is completed; staff may record a completion of every item."""

    SELF = "self"
    CHECK = "check"
    REVIEW = "review"


COMPLETED_BY = enum_choices(CompletedBy)


class Program(models.Model):
    """A path through the catalogue: a track's own, or the foundation all tracks share."""

    class PrerequisitesPolicy(models.TextChoices):
        ADVISE = "advise", "Advise"
        REQUIRE = "require", "Require"

    slug = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=4000, blank=True)
    track = models.CharField(max_length=16, choices=TRACKS, blank=True)
    prerequisites_policy = models.CharField(
        max_length=8,
        choices=PrerequisitesPolicy.choices,
        default=PrerequisitesPolicy.ADVISE,
        db_default=PrerequisitesPolicy.ADVISE,
    )
    retired = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.title


class Milestone(models.Model):
    """A stage of a program, in which courses and missions stand. Not published by itself."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="milestones")
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=4000, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    retired = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        ordering = ("program", "position", "id")
        constraints = (
            models.UniqueConstraint(fields=("program", "title"), name="one_milestone_of_title"),
        )

    def __str__(self) -> str:
        return f"{self.program}: {self.title}"


class ContentItem(Versioned):
    """A course, a module of a course, or a mission: the entity that is published."""

    unversioned = frozenset(
        {"retired_with_course", "milestone", "milestone_position", "required", "completed_by"}
    )

    content_id = models.CharField(max_length=32, unique=True)
    content_type = models.CharField(max_length=16, choices=enum_choices(ContentType))
    program = models.ForeignKey(Program, models.PROTECT, related_name="items")
    course = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="modules"
    )
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, null=True, blank=True, related_name="items"
    )
    """Of a course or a mission. A module stands where its course does."""
    milestone_position = models.PositiveSmallIntegerField(default=0, db_default=0)
    required = models.BooleanField(default=True, db_default=True)
    """Whether the program is completed only with this course or mission, from its next version."""
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=4000, blank=True)
    track = models.CharField(max_length=16, choices=TRACKS)
    level = models.PositiveSmallIntegerField(default=1)
    skills = models.JSONField(default=list, blank=True)
    skill_labels = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    """As people wrote them, in the order of `skills`; empty if they wrote the slugs."""
    prerequisites: "models.ManyToManyField[ContentItem, Prerequisite]" = models.ManyToManyField(
        "self", through="Prerequisite", symmetrical=False, blank=True
    )
    duration_minutes = models.PositiveIntegerField()
    completed_by = models.CharField(
        max_length=8,
        choices=COMPLETED_BY,
        default=CompletedBy.SELF.value,
        db_default=CompletedBy.SELF.value,
    )
    """`check` exactly if the item has a quiz on offer."""
    retired = models.BooleanField(default=False, editable=False)
    retired_with_course = models.BooleanField(default=False, db_default=False, editable=False)
    """Whether a module was retired by retiring its course, and is restored with it."""
    published_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ("content_id",)

    def __str__(self) -> str:
        return f"{self.content_id}: {self.title}"

    @property
    def etag(self) -> str:
        """A quiz changes `completed_by` without a new version."""
        return f'"{self.pk}-{self.completed_by}-{self.version}"'

    @property
    def shown_skills(self) -> list[str]:
        """The skills as people wrote them."""
        shown: list[str] = self.current_labels or self.skills
        return shown

    @property
    def current_labels(self) -> list[str]:
        """The labels; none if an older release changed `skills` without them."""
        labels: list[str] = self.skill_labels
        return labels if len(labels) == len(self.skills) else []


class Prerequisite(Part):
    """A row of `ContentItem.prerequisites`: the table that Django makes for it, but guarded."""

    whole = "from_contentitem"

    from_contentitem = models.ForeignKey(ContentItem, models.CASCADE, related_name="+")
    to_contentitem = models.ForeignKey(ContentItem, models.PROTECT, related_name="+")

    class Meta:
        # The admin edits a many-to-many field only if Django made its table, or seems to have.
        auto_created = ContentItem
        db_table = "programs_contentitem_prerequisites"
        unique_together = ("from_contentitem", "to_contentitem")

    def __str__(self) -> str:
        return f"{self.from_contentitem_id} after {self.to_contentitem_id}"


class ExternalId(models.Model):
    """The id that another source, such as ATT&CK, has for an item. Not published."""

    source = models.CharField(max_length=32)
    external_id = models.CharField(max_length=128)
    item = models.ForeignKey(ContentItem, models.CASCADE, related_name="external_ids")

    class Meta:
        ordering = ("source", "external_id")
        constraints = (
            models.UniqueConstraint(fields=("source", "external_id"), name="one_item_of_source_id"),
        )

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"


class Competency(models.Model):
    """What people can do, by its code in a framework: a technique of ATT&CK, or a role of our own
    in the framework `ongoza`. Not published."""

    framework = models.CharField(max_length=32)
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    items = models.ManyToManyField(ContentItem, related_name="competencies")
    """The content that teaches it."""

    class Meta:
        ordering = ("framework", "code")
        constraints = (
            models.UniqueConstraint(fields=("framework", "code"), name="one_competency_of_code"),
        )

    def __str__(self) -> str:
        return f"{self.framework}:{self.code}"


class ProgramVersion(Versioned):
    """The items of a program at one time, which never change: the entity that is published."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    program = models.ForeignKey(Program, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    """Counts the versions of the program, from 1."""
    published_at = models.DateTimeField()

    class Meta:
        ordering = ("program", "-number")
        constraints = (
            models.UniqueConstraint(fields=("program", "number"), name="one_version_of_number"),
        )

    def __str__(self) -> str:
        return f"{self.program}, version {self.number}"


class VersionItem(Part):
    """An item of a program's version, with its milestone as it was."""

    whole = "program_version"

    program_version = models.ForeignKey(ProgramVersion, models.CASCADE, related_name="items")
    item = models.ForeignKey(ContentItem, models.PROTECT, to_field="content_id", related_name="+")
    milestone = models.PositiveSmallIntegerField()
    """Counts the milestones of the version, from 1."""
    milestone_title = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    """Counts the items of the version, from 1."""
    required = models.BooleanField()

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("program_version", "item"), name="item_once_a_version"),
        )

    def __str__(self) -> str:
        return f"{self.program_version}: {self.item}"
