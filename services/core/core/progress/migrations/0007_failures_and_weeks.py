import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Existing rows get null: it is not known how often they failed or in which weeks they changed.
    The defaults are those of new rows, so they come after the columns."""

    dependencies = [("progress", "0006_fill_attempts")]

    operations = [
        migrations.AddField(
            model_name="progress",
            name="failures",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="progress",
            name="active_weeks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateField(), null=True
            ),
        ),
        migrations.AlterField(
            model_name="progress",
            name="failures",
            field=models.PositiveIntegerField(default=0, null=True),
        ),
        migrations.AlterField(
            model_name="progress",
            name="active_weeks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateField(), default=list, null=True
            ),
        ),
    ]
