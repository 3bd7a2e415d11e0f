import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="code",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cohorts.code",
            ),
        ),
        migrations.CreateModel(
            name="CodePrice",
            fields=[
                (
                    "id",
                    models.AutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                    "code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="cohorts.code",
                    ),
                ),
            ],
            options={
                "ordering": ("currency",),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("code", "currency"), name="one_price_of_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="SeatPrice",
            fields=[
                (
                    "id",
                    models.AutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="cohorts.cohort",
                    ),
                ),
            ],
            options={
                "ordering": ("currency",),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("cohort", "currency"), name="one_price_of_seat")
                ],
            },
        ),
    ]
