from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('progress', '0003_protected_owner'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='progress',
            options={'ordering': ('id',), 'verbose_name_plural': 'progress'},
        ),
    ]
