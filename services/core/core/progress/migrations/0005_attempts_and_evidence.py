import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F


def fill(apps, editor):
    """What older rows show of it: the only score is the best, and a completion is the first."""
    progress = apps.get_model('progress', 'Progress').objects
    progress.filter(score__isnull=False).update(best_score=F('score'))
    completed = progress.filter(status='completed')
    completed.update(first_completed_at=F('updated_at'), completed_at=F('updated_at'))


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
            field=models.CharField(choices=[('self', 'Self'), ('check', 'Check'), ('review', 'Review'), ('staff', 'Staff')], default='self', max_length=8),
        ),
        migrations.AddField(
            model_name='progress',
            name='attempt',
            field=models.PositiveIntegerField(default=1),
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
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
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
