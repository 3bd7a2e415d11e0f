from django.db import migrations
from django.db.models import Case, F, Max, Min, Q, When
from django.db.models.functions import Coalesce

BATCH = 10_000
"""Rows of one UPDATE, so that no writer waits long for a lock."""


def fill(apps, editor):
    """Read the new columns off older rows: the only score is the best, a completion the first."""
    rows = apps.get_model("progress", "Progress").objects
    is_completed = Q(status="completed")
    lacking = Q(best_score=None, score__isnull=False) | (is_completed & Q(first_completed_at=None))
    values = {"best_score": Coalesce("best_score", "score")} | {
        name: Case(When(is_completed, then=Coalesce(name, "updated_at")), default=F(name))
        for name in ("first_completed_at", "completed_at")
    }
    ids = rows.aggregate(first=Min("id", default=0), last=Max("id", default=0))
    for first in range(ids["first"], ids["last"] + 1, BATCH):
        batch = rows.filter(lacking, id__gte=first, id__lt=first + BATCH)
        batch.filter(attempt=1, completion_source="self").update(**values)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("progress", "0005_attempts_and_sources")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
