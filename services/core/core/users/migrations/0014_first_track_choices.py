from django.db import migrations
from django.db.models import Max, Min

BATCH = 10_000
"""Ids of users for one INSERT, so that no writer waits long for a lock."""


def fill(apps, editor):
    """Begin the history of tracks that were set before there was one.

    By whose word is not known. It is told as by staff: `self` would be a confirmation that the
    learner never gave. The time is that of the last change, since which the user has had the track.
    """
    users, choices = apps.get_model("users", "User"), apps.get_model("users", "TrackChoice")
    lacking = users.objects.filter(track__isnull=False, track_choices=None)
    ids = lacking.aggregate(first=Min("id", default=0), last=Max("id", default=-1))
    for first in range(ids["first"], ids["last"] + 1, BATCH):
        batch = lacking.filter(id__gte=first, id__lt=first + BATCH)
        choices.objects.bulk_create(
            choices(user_id=user_id, track=track, source="staff", chosen_at=chosen_at)
            for user_id, track, chosen_at in batch.values_list("id", "track", "updated_at")
        )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("users", "0013_track_choices")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
