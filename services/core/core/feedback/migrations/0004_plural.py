from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0003_protected_owner'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='feedback',
            options={'ordering': ('id',), 'verbose_name_plural': 'feedback'},
        ),
    ]
