import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('users', '0007_minors_and_impersonations'),
    ]

    operations = [
        migrations.AddField(
            model_name='impersonation',
            name='sign_in',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='impersonation', to='users.signin'),
        ),
    ]
