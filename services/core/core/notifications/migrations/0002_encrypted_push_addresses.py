from typing import Any

from django.db import migrations, models


def encrypt_addresses(apps: Any, schema_editor: Any) -> None:
    from core.notifications.push_addresses import PushAddress, new_subscription

    for row in apps.get_model("notifications", "PushSubscription").objects.all():
        new = new_subscription(row.user_id, PushAddress(row.endpoint, row.p256dh, row.auth))
        row.endpoint_hash, row.encrypted = new.endpoint_hash, new.encrypted
        row.save(update_fields=["endpoint_hash", "encrypted"])


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_notifications"),
    ]

    operations = [
        migrations.AddField(
            "pushsubscription", "endpoint_hash", models.CharField(max_length=64, null=True)
        ),
        migrations.AddField("pushsubscription", "encrypted", models.BinaryField(null=True)),
        migrations.RunPython(encrypt_addresses, migrations.RunPython.noop),
        migrations.AlterField(
            "pushsubscription", "endpoint_hash", models.CharField(max_length=64, unique=True)
        ),
        migrations.AlterField("pushsubscription", "encrypted", models.BinaryField()),
        migrations.RemoveField("pushsubscription", "endpoint"),
        migrations.RemoveField("pushsubscription", "p256dh"),
        migrations.RemoveField("pushsubscription", "auth"),
    ]
