import django.db.models.deletion
from django.db import migrations, models

COPY = """
INSERT INTO subscriptions_mpesarequest (invoice_id, request_id, asked_at, state, to_reverse)
SELECT id, request_id, asked_at, CASE state WHEN 'void' THEN 'open' ELSE state END, false
FROM subscriptions_mpesainvoice WHERE asked_at IS NOT NULL
"""
STATES = [("open", "Open"), ("failed", "Failed"), ("paid", "Paid"), ("void", "Void")]


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0003_mpesa_invoices")]

    operations = [
        migrations.CreateModel(
            name="MpesaRequest",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("asked_at", models.DateTimeField()),
                ("state", models.CharField(choices=STATES, default="open", max_length=8)),
                ("to_reverse", models.BooleanField(default=False, verbose_name="to be reversed")),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requests",
                        to="subscriptions.mpesainvoice",
                    ),
                ),
            ],
            options={
                "verbose_name": "M-Pesa request",
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("request_id", ""), _negated=True),
                        fields=("request_id",),
                        name="one_mpesa_request_of_id",
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("to_reverse", True)),
                        fields=["id"],
                        name="mpesa_payment_to_reverse",
                    )
                ],
            },
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        migrations.RemoveConstraint("mpesainvoice", "one_invoice_of_request"),
        migrations.RemoveField("mpesainvoice", "asked_at"),
        migrations.RemoveField("mpesainvoice", "request_id"),
    ]
