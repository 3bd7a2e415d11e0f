from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Locks out no sign-in or refresh, which write the table all the time."""

    atomic = False

    dependencies = [
        ('users', '0010_oldest_first'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='signin',
            index=models.Index(models.F('refreshed_at'), name='sign_ins_by_refreshed_at'),
        ),
    ]
