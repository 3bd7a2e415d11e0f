from django.db import models
from django.utils import timezone


class ErasureReceipt(models.Model):
    """That rows of a user's were erased from one place."""

    user_id = models.PositiveIntegerField()
    place = models.TextField()
    rows = models.PositiveIntegerField()
    erased_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user_id", "place"), name="one_receipt"),)

    def __str__(self) -> str:
        return f"user {self.user_id}: {self.rows} rows of {self.place}"
