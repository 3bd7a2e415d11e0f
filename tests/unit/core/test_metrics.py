"""What core's processes count and read."""

import queue
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from core.jobs import metrics, registry
from core.jobs.models import Job, Tick
from core.jobs.queue_names import QueueName
from core.jobs.registry import job_kind
from core.limits.services import count_attempt
from core.outbox import backlog
from core.outbox.append import append
from core.outbox.backlog import report_outbox
from core.outbox.relay import Relay, ShutdownFlag
from ongoza_ops.metrics import (
    CERTIFICATE_EXPIRES,
    DISK_FREE,
    DISK_SIZE,
    JOBS_DUE,
    JOBS_FAILED,
    JOBS_OLDEST_DUE_SECONDS,
    JOBS_TICK_SECONDS,
    OUTBOX_OLDEST_SECONDS,
    OUTBOX_RECORDS,
    PUBLISH_FAILURES,
    PUBLISHED,
    REQUESTS,
    THROTTLED,
    WEB_SESSIONS,
)
from scripts.embedded.ports import HOST, free_ports
from tests.facts import progress, user
from tests.metric_values import value
from tests.unit.core.test_relay_stalled import PROGRESS, USERS, Brokers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/api/v1/health/", "api/v1/health/", "200"),
        ("/api/v1/health", "api/v1/health/", "200"),
        ("/api/v1/users/7/", "api/v1/users/<id:user_id>/", "401"),
        ("/api/v1/nothing/7/", "unmatched", "404"),
    ],
)
def test_a_request_counts_for_the_template_of_its_route(path: str, route: str, status: str) -> None:
    labels = {"route": route, "method": "GET", "status": status}
    before = value(REQUESTS, **labels)
    assert Client().get(path).status_code == int(status)
    assert value(REQUESTS, **labels) == before + 1


def test_an_attempt_beyond_its_limit_counts_as_throttled(settings: Any) -> None:
    settings.RATE_LIMITS, settings.VALKEY_URL = {"login": (1, 60)}, ""
    before = value(THROTTLED, limit="login")
    for _ in range(3):
        count_attempt("login", "an address")
    assert value(THROTTLED, limit="login") == before + 2


def test_the_relay_counts_what_was_acknowledged_and_what_was_not() -> None:
    before = value(PUBLISHED, topic=PROGRESS), value(PUBLISH_FAILURES, topic=USERS)
    with transaction.atomic():
        append(user())
        append(progress())
    Relay(Brokers(USERS), ShutdownFlag())._drain()
    assert value(PUBLISHED, topic=PROGRESS) == before[0] + 1
    assert value(PUBLISH_FAILURES, topic=USERS) == before[1] + 1


def test_the_outbox_is_read_when_it_is_asked_for() -> None:
    report_outbox()
    assert (value(OUTBOX_RECORDS), value(OUTBOX_OLDEST_SECONDS)) == (0, 0)
    with transaction.atomic():
        append(user())
        append(progress())
    report_outbox()
    assert value(OUTBOX_RECORDS) == 2
    assert value(OUTBOX_OLDEST_SECONDS) > 0


def test_a_scrape_does_not_wait_for_a_lock_on_the_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "LIMIT", "SET statement_timeout = '50ms'")
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE outbox_event IN ACCESS EXCLUSIVE MODE")
    try:
        with pytest.raises(OperationalError, match="statement timeout"):
            report_outbox()
    finally:
        other.close()
    report_outbox()


def test_jobs_are_counted_for_their_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_KINDS", {})
    job_kind("test.kind")(lambda job: None)
    job_kind("test.webhook", queue=QueueName.WEBHOOKS)(lambda job: None)
    now = timezone.now()
    for minutes in (1, 2):
        Job.objects.create(kind="test.kind", due_at=now - timedelta(minutes=minutes))
    Job.objects.create(kind="test.kind", due_at=now + timedelta(minutes=5))
    Job.objects.create(kind="test.webhook", failed_at=now)
    Tick.objects.update_or_create(queue="jobs", defaults={"at": now - timedelta(minutes=4)})
    metrics.report_jobs()
    assert value(JOBS_DUE, queue="jobs") == 2
    assert 120 <= value(JOBS_OLDEST_DUE_SECONDS, queue="jobs") < 180
    assert value(JOBS_FAILED, queue="jobs") == 0
    assert (value(JOBS_DUE, queue="webhooks"), value(JOBS_FAILED, queue="webhooks")) == (0, 1)
    assert value(JOBS_OLDEST_DUE_SECONDS, queue="webhooks") == 0
    assert 240 <= value(JOBS_TICK_SECONDS, queue="jobs") < 300


def test_a_store_of_web_sessions_that_is_down_has_no_size(settings: Any) -> None:
    WEB_SESSIONS.labels("web").set(7)
    with create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.WEB_SESSIONS_URL = f"redis://127.0.0.1:{port}/0"
    metrics.report_all()
    (family,) = WEB_SESSIONS.collect()
    assert family.samples == []


def test_the_disk_of_a_folder_that_is_not_made_yet_is_that_of_its_parent(
    settings: Any, tmp_path: Path
) -> None:
    settings.FILES_ROOT = str(tmp_path / "not" / "yet")
    metrics.report_all()
    free, size = value(DISK_FREE, folder="files"), value(DISK_SIZE, folder="files")
    assert 0 < free <= size


@contextmanager
def https_server(folder: Path, expires: datetime) -> Iterator[str]:
    """The address of a server with a certificate that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(expires - timedelta(days=90))
        .not_valid_after(expires)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connected, _ = server.accept()
            with context.wrap_socket(connected, server_side=True) as secured:
                secured.recv(1)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(timeout=10)


def test_the_end_of_a_certificate_is_read_whoever_signed_it(settings: Any, tmp_path: Path) -> None:
    expires = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
    with https_server(tmp_path, expires) as address:
        settings.API_URL = f"https://{address}"
        metrics.report_certificates()
        assert value(CERTIFICATE_EXPIRES, address=address) == expires.timestamp()


def test_a_certificate_that_cannot_be_read_counts_as_expired(settings: Any) -> None:
    with create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    settings.WEB_URL = f"https://{address}"
    metrics.report_certificates()
    assert value(CERTIFICATE_EXPIRES, address=address) == 0


@pytest.mark.parametrize("address", ["api.test:99999", "api.test:x", "[::1", "a..b"])
def test_an_invalid_address_counts_as_expired(settings: Any, address: str) -> None:
    settings.API_URL = f"https://{address}/api"
    metrics.report_certificates()
    assert value(CERTIFICATE_EXPIRES, address=address) == 0


def test_no_scrape_waits_for_an_address(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, may_answer = queue.SimpleQueue[str](), threading.Event()

    def silent(url: str) -> float:
        asked.put(url)
        may_answer.wait()
        raise TimeoutError

    monkeypatch.setattr(metrics, "_expiry", silent)
    settings.API_URL, settings.WEB_URL = "https://silent.test", ""
    (settings.METRICS_PORT,) = free_ports(1)
    close = metrics.serve([QueueName.JOBS])
    try:
        assert asked.get(timeout=30) == "https://silent.test"
        with urllib.request.urlopen(f"http://{HOST}:{settings.METRICS_PORT}/metrics") as answer:
            assert b"ongoza_jobs_due" in answer.read()
    finally:
        close()
        may_answer.set()
