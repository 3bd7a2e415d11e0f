from django.db import migrations, models

from ongoza_contracts.topics import TOPICS

# Of a database that has published already it is not known up to where: its first check takes the
# topics' present ends. A new database has published nothing, so that every record is unknown to it.
def take_present_ends(apps, editor):
    if apps.get_model("outbox", "FactHistory").objects.exists():
        offset = apps.get_model("outbox", "PublishedOffset")
        offset.objects.bulk_create(
            offset(topic=topic.name, partition=number)
            for topic in TOPICS
            if topic.producer == "core"
            for number in range(topic.partitions)
        )


class Migration(migrations.Migration):

    dependencies = [("outbox", "0005_history_of_existing_entities")]

    operations = [
        migrations.CreateModel(
            name="PublishedOffset",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.TextField()),
                ("partition", models.PositiveIntegerField()),
                ("next_offset", models.PositiveBigIntegerField(null=True)),
            ],
            options={"db_table": "outbox_published_offset"},
        ),
        migrations.AddConstraint(
            model_name="publishedoffset",
            constraint=models.UniqueConstraint(
                fields=("topic", "partition"), name="one_published_offset"
            ),
        ),
        migrations.CreateModel(
            name="RestoreCheck",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("database", models.TextField()),
                ("written_by", models.TextField()),
                ("pending_since", models.DateTimeField(null=True)),
                ("unknown_count", models.PositiveBigIntegerField(default=0)),
                ("unknown_records", models.JSONField(default=list)),
                ("lost_topics", models.JSONField(default=list)),
            ],
            options={"db_table": "outbox_restore_check"},
        ),
        migrations.RunPython(take_present_ends, migrations.RunPython.noop),
    ]
