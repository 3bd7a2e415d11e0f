import hashlib
import json
from typing import Any

from django.db import migrations, models

from core.users.encryption import encrypt


def encrypt_addresses(apps: Any, schema_editor: Any) -> None:
    for row in apps.get_model("notifications", "PushSubscription").objects.all():
        address = json.dumps([row.endpoint, row.p256dh, row.auth]).encode()
        row.endpoint_hash = hashlib.sha256(row.endpoint.encode()).hexdigest()
        row.encrypted = encrypt(address, context=f"push:{row.user_id}")
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
        migrations.RunPython(encrypt_addresses),
        migrations.AlterField(
            "pushsubscription", "endpoint_hash", models.CharField(max_length=64, unique=True)
        ),
        migrations.AlterField("pushsubscription", "encrypted", models.BinaryField()),
        migrations.RemoveField("pushsubscription", "endpoint"),
        migrations.RemoveField("pushsubscription", "p256dh"),
        migrations.RemoveField("pushsubscription", "auth"),
    ]
