import uuid
from itertools import islice

import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

import core.users.models
from core.outbox.append import append_all
from ongoza_contracts.sign_ins import SignInEnded
from ongoza_contracts.topics import SIGN_INS

BATCH = 1000
# simplejwt's tables held the text of used refresh tokens.
DROP_BLACKLIST = """
DROP TABLE IF EXISTS token_blacklist_blacklistedtoken, token_blacklist_outstandingtoken;
DELETE FROM django_migrations WHERE app = 'token_blacklist';
"""


def end_sign_ins(apps, editor):
    """End every existing sign-in, and publish it: nothing says which refresh token is its current
    one, because only used tokens were stored."""
    sign_ins = apps.get_model("users", "SignIn").objects
    deleted_key = apps.get_model("outbox", "DeletedEntityKey").objects
    now = timezone.now()
    found = sign_ins.order_by("pk").values_list("user_id", "pk").iterator(BATCH)
    while rows := list(islice(found, BATCH)):
        facts = [
            SignInEnded(user_id=user_id, sign_in_id=sign_in_id, version=1, ended_at=now)
            for user_id, sign_in_id in rows
        ]
        append_all((fact, now) for fact in facts)
        deleted_key.bulk_create(
            deleted_key.model(user_id=fact.user_id, topic=SIGN_INS.name, key=fact.key)
            for fact in facts
        )
    sign_ins.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("users", "0002_user_tokens_valid_from"),
        ("outbox", "0005_history_of_existing_entities"),
    ]

    operations = [
        migrations.RunPython(end_sign_ins, migrations.RunPython.noop),
        migrations.RunSQL(DROP_BLACKLIST, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="user", name="tokens_valid_from"),
        migrations.AddField(
            model_name="user",
            name="token_generation",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AlterModelOptions(name="signin", options={"ordering": ("id",)}),
        migrations.RemoveField(model_name="signin", name="expires_at"),
        migrations.AddField(
            model_name="signin",
            name="version",
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="signin",
            name="updated_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name="signin",
            name="refresh_jti",
            field=models.CharField(
                default=core.users.models.new_jti, editable=False, max_length=32
            ),
        ),
        migrations.AddField(
            model_name="signin",
            name="previous_refresh_jti",
            field=models.CharField(blank=True, default="", editable=False, max_length=32),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="signin",
            name="refreshed_at",
            field=models.DateTimeField(default=core.users.models.whole_second, editable=False),
        ),
        migrations.AlterField(
            model_name="signin",
            name="created_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AlterField(
            model_name="signin",
            name="id",
            field=models.UUIDField(
                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
            ),
        ),
        migrations.AlterField(
            model_name="signin",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sign_ins",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
