from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0002_restoring_labels_external_ids'),
    ]

    operations = [
        migrations.AddField(
            model_name='program',
            name='prerequisites_policy',
            field=models.CharField(choices=[('advise', 'Advise'), ('require', 'Require')], db_default='advise', default='advise', max_length=8),
        ),
    ]
