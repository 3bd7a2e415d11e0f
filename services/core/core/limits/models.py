from django.db import models


class RateLimit(models.Model):
    """When one limit of one caller is unused again; the table is unlogged, empty after a crash."""

    key = models.CharField(max_length=128, primary_key=True)
    unused_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index("unused_at", name="limits_by_unused_at"),)

    def __str__(self) -> str:
        return f"limit {self.key}"
