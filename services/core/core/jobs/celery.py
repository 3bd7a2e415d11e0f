"""The Celery application of the workers: `python -m celery -A core.jobs.celery worker`.

Importing Celery takes most of a second, so only workers and senders import this module.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.jobs.queue_names import QueueName
from ongoza_ops.logs import log_uncaught

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.config.settings")

log_uncaught()
if not settings.VALKEY_URL:
    raise ImproperlyConfigured("Workers need VALKEY_URL.")

app = Celery("core", include=["core.jobs.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")


def tick_options(name: QueueName) -> dict[str, Any]:
    return {"queue": name.ticks, "expires": 60}


app.conf.beat_schedule = {
    name.ticks: {
        "task": "jobs.tick",
        "schedule": crontab(),  # each minute
        "args": [name.value],
        "options": tick_options(name),
    }
    for name in QueueName
}
