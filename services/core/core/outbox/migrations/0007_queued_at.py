from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):

    dependencies = [("outbox", "0006_restore_check")]

    operations = [
        migrations.AddField(
            model_name="outboxevent",
            name="queued_at",
            field=models.DateTimeField(db_default=Now()),
        ),
    ]
