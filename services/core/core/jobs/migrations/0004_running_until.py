from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0003_sent_at_and_failed'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='running_until',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
