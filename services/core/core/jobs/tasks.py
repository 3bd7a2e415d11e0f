"""The tasks of the workers: run one job, and once a minute find what is due."""

import os
import threading
import time
from typing import Any

from celery.signals import beat_embedded_init, worker_ready

from core.jobs import metrics, services, ticking
from core.jobs.celery import app, tick_options
from core.jobs.queue_names import QueueName

WATCH_SECONDS = 1.0


@app.task(name="jobs.run")
def run(job_id: int) -> None:
    services.run_job(job_id)


@app.task(name="jobs.tick")
def tick(queue: str) -> None:
    ticking.tick(QueueName(queue))


@worker_ready.connect
def tick_at_start(**_: Any) -> None:
    """Jobs that became due while no worker ran do not wait for the next minute."""
    for name in QueueName:
        tick.apply_async((name.value,), **tick_options(name))


@worker_ready.connect
def serve_metrics(sender: Any, **_: Any) -> None:
    """After the worker has started its children. One that replaces a child is forked later, beside
    the thread that answers: it closes the socket, and a lock that the thread holds at that moment
    stays held in it. Those of logging and imports are renewed by Python, those of metrics are not
    used in children; what remains is a lock inside a library, and a child that hangs on it."""
    metrics.serve(sender.app.amqp.queues.consume_from)


@beat_embedded_init.connect
def end_beat_with_its_worker(**_: Any) -> None:
    """The beat of a worker that was killed would tick for ever, beside that of the next one."""
    threading.Thread(target=_watch, args=[os.getppid()], daemon=True).start()


def _watch(worker: int) -> None:
    while os.getppid() == worker:
        time.sleep(WATCH_SECONDS)
    os._exit(1)
