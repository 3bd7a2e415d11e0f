"""What the workers of jobs report: their queues and, that of `jobs` alone, what core stands on.

All but certificates is read when Prometheus asks, on a thread of its own.
"""

import shutil
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Thread
from typing import NoReturn
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.db import connection
from django.db.models import Count, Min
from django.utils import timezone
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.jobs.models import IN_STATE, Job, JobState, Tick
from core.jobs.queue_names import QueueName
from core.jobs.registry import queue_of
from core.jobs.selectors import due
from ongoza_ops import scrapes
from ongoza_ops.metrics import (
    CERTIFICATE_EXPIRES,
    DISK_FREE,
    DISK_SIZE,
    JOBS_DUE,
    JOBS_FAILED,
    JOBS_OLDEST_DUE_SECONDS,
    JOBS_TICK_SECONDS,
    WEB_SESSIONS,
    Process,
)

FOLDERS = {"files": "FILES_ROOT", "uploads": "UPLOADS_ROOT"}
"""By label, the setting of a folder."""
ADDRESSES = ("API_URL", "WEB_URL")
"""The settings of addresses that everybody reaches, whose certificates expire."""
ANSWER_SECONDS = 2.0
CERTIFICATE_SECONDS = 300
"""How often certificates are read, on another thread: no scrape waits for an address."""


def serve(queues: Iterable[str]) -> Callable[[], None]:
    """Reports as the worker of these queues; what it returns ends that."""
    process = Process.JOBS if QueueName.JOBS in {*queues} else Process.WEBHOOKS
    refresh = report_all if process is Process.JOBS else report_jobs
    if process is Process.JOBS and settings.METRICS_PORT:
        Thread(target=_report_certificates_periodically, name="certificates", daemon=True).start()
    return scrapes.serve(process, settings.METRICS_HOST, settings.METRICS_PORT, refresh)


def report_all() -> None:
    """Raises django.db.Error."""
    report_jobs()
    _report_web_sessions()
    for label, setting in FOLDERS.items():
        _report_disk(label, Path(getattr(settings, setting)).absolute())


def report_certificates() -> None:
    """May take seconds for each address that does not answer."""
    for setting in ADDRESSES:
        _report_certificate(getattr(settings, setting))


def report_jobs() -> None:
    """Call it on a thread without a connection. Raises django.db.Error."""
    try:
        _report_due()
        _report_ticks()
    finally:
        connection.close()


def _report_due() -> None:
    waiting, failed = Counter[str](), Counter[str]()
    oldest: dict[str, datetime] = {}
    for row in due().order_by().values("kind").annotate(count=Count("pk"), oldest=Min("due_at")):
        name = queue_of(row["kind"])
        waiting[name] += row["count"]
        oldest[name] = min(oldest.get(name, row["oldest"]), row["oldest"])
    ended = Job.objects.order_by().filter(IN_STATE[JobState.FAILED])
    for kind, count in ended.values_list("kind").annotate(Count("pk")):
        failed[queue_of(kind)] += count
    now = timezone.now()
    for name in QueueName:
        JOBS_DUE.labels(name).set(waiting[name])
        JOBS_FAILED.labels(name).set(failed[name])
        age = now - oldest.get(name, now)
        JOBS_OLDEST_DUE_SECONDS.labels(name).set(age.total_seconds())


def _report_ticks() -> None:
    """A queue that never had a tick has no value, which an alert notices."""
    now = timezone.now()
    for tick in Tick.objects.filter(queue__in=[*QueueName]):
        JOBS_TICK_SECONDS.labels(tick.queue).set((now - tick.at).total_seconds())


def _report_web_sessions() -> None:
    """The size of the store, which Valkey knows without counting; no value while it is down."""
    if not settings.WEB_SESSIONS_URL:
        return
    try:
        WEB_SESSIONS.labels("web").set(_sessions(settings.WEB_SESSIONS_URL).dbsize())
    except RedisError:
        WEB_SESSIONS.clear()


@cache
def _sessions(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),  # else a scrape waits several times for a store that hangs
    )


def _report_disk(label: str, folder: Path) -> None:
    """A folder that is not made yet will lie where its parent does."""
    existing = next(one for one in (folder, *folder.parents) if one.exists())
    usage = shutil.disk_usage(existing)
    DISK_FREE.labels(label).set(usage.free)
    DISK_SIZE.labels(label).set(usage.total)


def _report_certificates_periodically() -> NoReturn:
    while True:
        report_certificates()
        time.sleep(CERTIFICATE_SECONDS)


def _report_certificate(url: str) -> None:
    scheme, _, rest = url.partition("://")
    address = rest.partition("/")[0]
    if scheme.lower() != "https" or not address:
        return
    try:
        expires = _expiry(url)
    except (OSError, ValueError):
        expires = 0.0
    CERTIFICATE_EXPIRES.labels(address).set(expires)


def _expiry(url: str) -> float:
    """When the certificate of an address expires, in seconds since 1970.

    Raises OSError and ValueError.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    # Whatever is wrong with the certificate, its date is read: nothing is sent to that host.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, port), timeout=ANSWER_SECONDS) as connected,
        context.wrap_socket(connected, server_hostname=host) as secured,
    ):
        certificate = secured.getpeercert(binary_form=True) or b""
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc.timestamp()
