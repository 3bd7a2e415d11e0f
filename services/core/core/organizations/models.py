from django.db import models


class Organization(models.Model):
    """A school, employer or partner whose members learn here, and which may sponsor them."""

    class Kind(models.TextChoices):
        SCHOOL = "school"
        EMPLOYER = "employer"
        PARTNER = "partner"

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name

    @property
    def etag(self) -> str:
        """Organizations have no version: the time of the last change stands in for it."""
        return f'"{self.updated_at.timestamp():.6f}"'
