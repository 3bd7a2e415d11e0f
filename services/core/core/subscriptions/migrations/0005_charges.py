import django.db.models.deletion
import django.utils.timezone
import ongoza_contracts.event
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0004_mpesa_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="Charge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=ongoza_contracts.event.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("purpose", models.CharField(max_length=32)),
                ("subject", models.UUIDField()),
                ("gateway", models.CharField(max_length=16)),
                ("reference", models.CharField(blank=True, max_length=64)),
                (
                    "currency",
                    models.CharField(
                        choices=[
                            ("AOA", "AOA"),
                            ("BIF", "BIF"),
                            ("BWP", "BWP"),
                            ("CDF", "CDF"),
                            ("CVE", "CVE"),
                            ("DJF", "DJF"),
                            ("DZD", "DZD"),
                            ("EGP", "EGP"),
                            ("ERN", "ERN"),
                            ("ETB", "ETB"),
                            ("EUR", "EUR"),
                            ("GBP", "GBP"),
                            ("GHS", "GHS"),
                            ("GMD", "GMD"),
                            ("GNF", "GNF"),
                            ("KES", "KES"),
                            ("KMF", "KMF"),
                            ("LRD", "LRD"),
                            ("LSL", "LSL"),
                            ("LYD", "LYD"),
                            ("MAD", "MAD"),
                            ("MGA", "MGA"),
                            ("MRU", "MRU"),
                            ("MUR", "MUR"),
                            ("MWK", "MWK"),
                            ("MZN", "MZN"),
                            ("NAD", "NAD"),
                            ("NGN", "NGN"),
                            ("RWF", "RWF"),
                            ("SCR", "SCR"),
                            ("SDG", "SDG"),
                            ("SHP", "SHP"),
                            ("SLE", "SLE"),
                            ("SOS", "SOS"),
                            ("SSP", "SSP"),
                            ("STN", "STN"),
                            ("SZL", "SZL"),
                            ("TND", "TND"),
                            ("TZS", "TZS"),
                            ("UGX", "UGX"),
                            ("USD", "USD"),
                            ("XAF", "XAF"),
                            ("XOF", "XOF"),
                            ("ZAR", "ZAR"),
                            ("ZMW", "ZMW"),
                            ("ZWG", "ZWG"),
                        ],
                        max_length=3,
                    ),
                ),
                ("amount", models.PositiveBigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("failed", "Failed"),
                            ("paid", "Paid"),
                            ("accepted", "Accepted"),
                            ("refund_due", "Refund Due"),
                            ("refund_by_hand", "Refund By Hand"),
                            ("refunded", "Refunded"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("paid_at", models.DateTimeField(blank=True, null=True)),
                ("refunded_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="SandboxCharge",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("failed", "Failed"),
                            ("paid", "Paid"),
                            ("accepted", "Accepted"),
                            ("refund_due", "Refund Due"),
                            ("refund_by_hand", "Refund By Hand"),
                            ("refunded", "Refunded"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MpesaCharge",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="subscriptions.charge",
                    ),
                ),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("asked_at", models.DateTimeField()),
                ("receipt", models.CharField(blank=True, max_length=16)),
                ("reversal_asked_at", models.DateTimeField(null=True)),
                ("reversal_id", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(fields=["subject", "id"], name="charge_subject"),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("subject", "gateway", "currency"),
                name="one_open_charge",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("gateway", "reference"),
                name="one_charge_of_reference",
            ),
        ),
        migrations.AddConstraint(
            model_name="mpesacharge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("request_id", ""), _negated=True),
                fields=("request_id",),
                name="one_mpesa_charge_of_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="mpesacharge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("receipt", ""), _negated=True),
                fields=("receipt",),
                name="one_mpesa_charge_of_receipt",
            ),
        ),
    ]
