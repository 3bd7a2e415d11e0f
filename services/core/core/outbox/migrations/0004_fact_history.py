import django.contrib.postgres.fields
from django.db import migrations, models

from core.outbox.partitions import ensure_partitions

# The sequence belongs to the parent table alone: rows of all partitions share one order.
CREATE = """
CREATE SEQUENCE fact_history_id_seq;
CREATE TABLE fact_history (
    id                  bigint NOT NULL DEFAULT nextval('fact_history_id_seq'),
    recorded_at         timestamptz NOT NULL DEFAULT now(),
    topic               text NOT NULL,
    type                text NOT NULL,
    key                 text NOT NULL,
    version             bigint NOT NULL,
    event_id            uuid NOT NULL,
    time                timestamptz NOT NULL,
    traceparent         text,
    owner_id            integer,
    further_subject_ids integer[] NOT NULL,
    actor               text,
    request_id          text,
    body                jsonb NOT NULL,
    PRIMARY KEY (id, recorded_at)
) PARTITION BY RANGE (recorded_at);
ALTER SEQUENCE fact_history_id_seq OWNED BY fact_history.id;
CREATE INDEX fact_history_key ON fact_history (key, id);
CREATE INDEX fact_history_owner ON fact_history (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX fact_history_actor ON fact_history (actor) WHERE actor IS NOT NULL;
CREATE INDEX fact_history_subjects ON fact_history USING gin (further_subject_ids)
    WHERE further_subject_ids <> '{}';
CREATE TABLE fact_history_default PARTITION OF fact_history DEFAULT;
"""


class Migration(migrations.Migration):

    dependencies = [("outbox", "0003_deletedentitykey")]

    operations = [
        migrations.RunSQL(CREATE, "DROP TABLE fact_history"),
        migrations.RunPython(lambda apps, editor: ensure_partitions(), migrations.RunPython.noop),
        # Django cannot make partitioned tables: it only learns the columns.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="FactHistory",
                    fields=[
                        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("recorded_at", models.DateTimeField()),
                        ("topic", models.TextField()),
                        ("type", models.TextField()),
                        ("key", models.TextField()),
                        ("version", models.BigIntegerField()),
                        ("event_id", models.UUIDField()),
                        ("time", models.DateTimeField()),
                        ("traceparent", models.TextField(null=True)),
                        ("owner_id", models.IntegerField(null=True)),
                        (
                            "further_subject_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(), size=None
                            ),
                        ),
                        ("actor", models.TextField(null=True)),
                        ("request_id", models.TextField(null=True)),
                        ("body", models.JSONField()),
                    ],
                    options={
                        "db_table": "fact_history",
                        "ordering": ("-id",),
                        "verbose_name_plural": "fact history",
                    },
                ),
            ]
        ),
    ]
