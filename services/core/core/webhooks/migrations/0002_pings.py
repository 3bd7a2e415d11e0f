from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('webhooks', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='history_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='recorded_at',
            field=models.DateTimeField(null=True),
        ),
    ]
