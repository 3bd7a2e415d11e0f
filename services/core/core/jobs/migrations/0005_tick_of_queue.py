from django.db import migrations, models

# The row of earlier releases has the id 1, which the sequence would give to the next row as well.
NEXT_ID = """
SELECT setval(pg_get_serial_sequence('jobs_tick', 'id'), coalesce(max(id), 0) + 1, false)
FROM jobs_tick
"""


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0004_running_until'),
    ]

    operations = [
        migrations.AddField(
            model_name='tick',
            name='queue',
            field=models.CharField(default='jobs', max_length=32, unique=True),
            preserve_default=False,
        ),
        migrations.RunSQL(NEXT_ID, migrations.RunSQL.noop),
    ]
