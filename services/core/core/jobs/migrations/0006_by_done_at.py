from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Locks out no job: the table has all jobs of a month, and is written all the time."""

    atomic = False

    dependencies = [
        ('jobs', '0005_tick_of_queue'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(models.F('done_at'), condition=models.Q(('done_at', None), _negated=True), name='jobs_by_done_at'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(models.F('done_at'), condition=models.Q(models.Q(('done_at', None), _negated=True), ('user', None)), name='jobs_of_no_user'),
        ),
    ]
