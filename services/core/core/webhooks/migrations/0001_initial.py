import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import ongoza_contracts.event

# A trigger and not a part of core.outbox.append, whose statement earlier migrations run too, before
# this table exists. Its cost: one look at a short table for each statement that appends facts.
TRIGGER = """
CREATE FUNCTION webhooks_add_waiting_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM webhooks_subscription WHERE active) THEN
        INSERT INTO webhooks_waiting_fact (history_id, recorded_at)
        SELECT id, recorded_at FROM added;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER webhooks_add_waiting_facts AFTER INSERT ON fact_history
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION webhooks_add_waiting_facts();
"""
DROP_TRIGGER = """
DROP TRIGGER webhooks_add_waiting_facts ON fact_history;
DROP FUNCTION webhooks_add_waiting_facts;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("organizations", "0002_invitations"),
        ("outbox", "0006_restore_check"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.UUIDField(default=ongoza_contracts.event.uuid7, editable=False, primary_key=True, serialize=False)),
                ("url", models.CharField(max_length=500)),
                ("types", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("active", models.BooleanField(default=True)),
                ("encrypted_secret", models.BinaryField()),
                ("encrypted_previous_secret", models.BinaryField(null=True)),
                ("rotated_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("switched_off_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="webhook_subscriptions", to="organizations.organization")),
            ],
            options={"ordering": ("id",)},
        ),
        migrations.CreateModel(
            name="WaitingFact",
            fields=[
                ("history_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={"db_table": "webhooks_waiting_fact"},
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.UUIDField(default=ongoza_contracts.event.uuid7, editable=False, primary_key=True, serialize=False)),
                ("history_id", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("event_id", models.UUIDField()),
                ("topic", models.TextField()),
                ("key", models.TextField()),
                ("type", models.TextField()),
                ("state", models.CharField(choices=[("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed"), ("withheld", "Withheld")], default="waiting", max_length=16)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("response_status", models.PositiveSmallIntegerField(null=True)),
                ("response_milliseconds", models.PositiveIntegerField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("sent_at", models.DateTimeField(null=True)),
                ("subscription", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="webhooks.subscription")),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "ordering": ("-id",),
                "indexes": [
                    models.Index(models.F("subscription"), models.F("id"), name="webhooks_log"),
                    models.Index(models.F("subscription"), models.F("due_at"), condition=models.Q(("state", "waiting")), name="webhooks_due"),
                    models.Index(models.F("subscription"), models.F("topic"), models.F("key"), models.F("history_id"), condition=models.Q(("state", "waiting")), name="webhooks_waiting_of_key"),
                    models.Index(models.F("created_at"), name="webhooks_by_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("subscription", "history_id"), name="one_delivery_of_a_fact"),
                ],
            },
        ),
        migrations.RunSQL(TRIGGER, DROP_TRIGGER),
    ]
