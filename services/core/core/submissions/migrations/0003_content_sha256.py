from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0002_artifacts'),
    ]

    operations = [
        migrations.AddField(
            model_name='submission',
            name='content_sha256',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
    ]
