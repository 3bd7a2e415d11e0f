from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('users', '0008_impersonation_sign_in'),
    ]

    operations = [
        migrations.AlterField(
            model_name='minor',
            name='adult_from',
            field=models.DateField(null=True),
        ),
    ]
