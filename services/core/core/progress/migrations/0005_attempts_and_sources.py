import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('progress', '0004_plural'),
    ]

    operations = [
        migrations.AddField(
            model_name='progress',
            name='best_score',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='progress',
            name='source',
            field=models.CharField(choices=[('self', 'Self'), ('check', 'Check'), ('review', 'Review'), ('staff', 'Staff')], db_default='self', default='self', max_length=8),
        ),
        migrations.AddField(
            model_name='progress',
            name='completion_source',
            field=models.CharField(choices=[('self', 'Self'), ('check', 'Check'), ('review', 'Review'), ('staff', 'Staff')], db_default='self', default='self', max_length=8),
        ),
        migrations.AddField(
            model_name='progress',
            name='attempt',
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='progress',
            name='first_completed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='progress',
            name='begun_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='progress',
            name='completed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='progress',
            name='reported_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='progress',
            name='attested_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('source', models.CharField(choices=[('self', 'Self'), ('check', 'Check'), ('review', 'Review'), ('staff', 'Staff')], max_length=8)),
                ('score', models.FloatField(null=True)),
                ('completion_percentage', models.FloatField()),
                ('begun_at', models.DateTimeField()),
                ('completed_at', models.DateTimeField()),
                ('progress', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='progress.progress')),
            ],
            options={
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(fields=('progress', 'number'), name='one_attempt')],
            },
        ),
    ]
