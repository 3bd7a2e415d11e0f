from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="RateLimit",
            fields=[
                ("key", models.CharField(max_length=128, primary_key=True, serialize=False)),
                ("unused_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(models.F("unused_at"), name="limits_by_unused_at"),
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE limits_ratelimit SET UNLOGGED",
            "ALTER TABLE limits_ratelimit SET LOGGED",
        ),
    ]
