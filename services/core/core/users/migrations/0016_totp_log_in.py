from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0015_day_start_hour"),
    ]

    operations = [
        migrations.AddField(
            model_name="totpsecret",
            name="log_in",
            field=models.UUIDField(null=True),
        ),
    ]
