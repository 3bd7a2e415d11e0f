import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("programs", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="contentitem",
            name="skill_labels",
            field=models.JSONField(blank=True, db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            model_name="contentitem",
            name="retired_with_course",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.CreateModel(
            name="ExternalId",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=32)),
                ("external_id", models.CharField(max_length=128)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="external_ids",
                        to="programs.contentitem",
                    ),
                ),
            ],
            options={
                "ordering": ("source", "external_id"),
                "constraints": [
                    models.UniqueConstraint(fields=("source", "external_id"), name="one_item_of_source_id")
                ],
            },
        ),
    ]
