from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("outbox", "0002_outlivedkey_alter_outboxevent_payload")]

    operations = [
        migrations.RenameModel("OutlivedKey", "DeletedEntityKey"),
        migrations.AlterModelTable("DeletedEntityKey", "outbox_deleted_entity_key"),
    ]
