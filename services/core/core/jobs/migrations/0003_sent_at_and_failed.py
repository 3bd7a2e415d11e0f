from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0002_tick'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='sent_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(models.F('failed_at'), condition=models.Q(('failed_at', None), _negated=True), name='jobs_failed'),
        ),
    ]
