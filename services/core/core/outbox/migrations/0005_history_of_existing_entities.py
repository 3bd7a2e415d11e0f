from django.db import migrations

from core.outbox.history import record_existing

# For databases older than the history. The models are read as they are now, so every published
# table has to be migrated before; a database without entities has nothing to record.


class Migration(migrations.Migration):

    dependencies = [
        ("outbox", "0004_fact_history"),
        ("users", "0002_user_tokens_valid_from"),
        ("organizations", "0001_initial"),
        ("access", "0001_initial"),
        ("programs", "0001_initial"),
        ("progress", "0003_protected_owner"),
        ("feedback", "0003_protected_owner"),
        ("profiling", "0003_protected_owner"),
    ]

    operations = [
        migrations.RunPython(lambda apps, editor: record_existing(), migrations.RunPython.noop)
    ]
