"""API tokens name the permission by its new word: `content.publish` became `content.manage`."""

from django.db import migrations

RENAME = "UPDATE users_apitoken SET scope = replace(scope, %s, %s) WHERE scope LIKE %s"


class Migration(migrations.Migration):
    dependencies = [
        ('users', '0011_sign_ins_by_refreshed_at'),
    ]

    operations = [
        migrations.RunSQL(
            [(RENAME, ['content.publish', 'content.manage', '%content.publish%'])],
            [(RENAME, ['content.manage', 'content.publish', '%content.manage%'])],
        )
    ]
