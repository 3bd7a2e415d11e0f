"""The file store in a bucket: a server that speaks S3's protocol on this machine."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from typing import Any
from zipfile import ZipFile

import boto3
import pytest
from botocore.exceptions import IncompleteReadError, ReadTimeoutError, ResponseStreamingError
from botocore.httpsession import URLLib3Session as HTTPClient
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone
from moto.server import ThreadedMotoServer

from core.erasure.services import erase_user
from core.files import bucket as bucket_module
from core.files import services, stores
from core.files.bucket import PrivateBucketStorage
from core.files.models import Blob, File
from core.files.services import sweep_orphans
from core.jobs.models import Job
from core.jobs.services import run_due
from core.kit.retention import rules
from core.users.models import User
from core.users.services import add_user
from scripts.embedded.ports import free_ports
from tests.unit.core import uploaded
from tests.unit.core.test_export import DOWNLOAD, EXPORT, PASSWORD
from tests.unit.core.test_files import BYTES, root, stored, sweep_all
from tests.unit.core.test_kit_startup import start
from tests.unit.core.uploaded import TEXT
from tests.unit.core.world import Caller, forget_appended, person, service, signed_in

__all__ = ["root"]
pytestmark = pytest.mark.django_db

BUCKET = "ongoza"
Committed = Callable[..., Any]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "core")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-of-a-test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, os.devnull)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def bucket(endpoint: str, settings: Any) -> Iterator[Any]:
    """The store of the settings, in an empty bucket."""
    bucket = boto3.resource("s3", endpoint_url=endpoint).Bucket(BUCKET)
    bucket.create()
    use_bucket(settings, endpoint)
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


@pytest.fixture
def requests(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the store sends."""
    sent: list[Any] = []
    send = HTTPClient.send

    def record(client: HTTPClient, request: Any) -> Any:
        sent.append(request)
        return send(client, request)

    monkeypatch.setattr(HTTPClient, "send", record)
    return sent


@pytest.fixture
def amina() -> User:
    return add_user(email="amina@ongoza.example", password=PASSWORD)


def use_bucket(settings: Any, endpoint_url: str) -> None:
    store = {
        "BACKEND": "core.files.bucket.PrivateBucketStorage",
        "OPTIONS": {"bucket_name": BUCKET, "endpoint_url": endpoint_url},
    }
    settings.STORAGES = {**settings.STORAGES, "files": store}


def names(bucket: Any) -> set[str]:
    return {one.key for one in bucket.objects.all()}


def export(caller: Caller) -> File:
    assert caller.call("POST", EXPORT)[0] == 202
    run_due()
    return File.objects.get()


def download(caller: Caller, method: str = "GET", **headers: str) -> Any:
    authorization = {"Authorization": f"Bearer {caller.token}"}
    return Client().generic(method, f"/api/v1/{DOWNLOAD}", headers={**authorization, **headers})


# --- an upload -----------------------------------------------------------------------------------
def test_an_upload_is_staged_in_the_folder_and_put_into_the_bucket_at_the_end(
    amina: User,
    bucket: Any,
    settings: Any,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    settings.UPLOADS_ROOT = str(tmp_path / "uploads")
    caller = signed_in(amina)
    file_id = uploaded.create(caller, TEXT)
    uploaded.send(caller, file_id, 0, TEXT[:100])
    assert names(bucket) == set()
    status, body = uploaded.send(caller, file_id, 100, TEXT[100:])
    assert (status, body["state"]) == (200, "complete")
    assert names(bucket) == {Blob.objects.get().name}
    response = uploaded.download(caller, file_id)
    assert uploaded.content_of(response) == TEXT
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    with django_capture_on_commit_callbacks(execute=True):
        assert caller.call("DELETE", f"files/{file_id}/")[0] == 204
    assert names(bucket) == set()


def test_the_last_chunk_is_sent_again_after_a_bucket_that_does_not_answer(
    amina: User, bucket: Any, endpoint: str, settings: Any, tmp_path: Path
) -> None:
    settings.UPLOADS_ROOT = str(tmp_path / "uploads")
    caller = signed_in(amina)
    file_id = uploaded.create(caller, TEXT)
    (port,) = free_ports(1)
    use_bucket(settings, f"http://127.0.0.1:{port}")
    status, body = uploaded.send(caller, file_id, 0, TEXT)
    assert (status, body["code"]) == (503, "unavailable")
    use_bucket(settings, endpoint)
    assert uploaded.send(caller, file_id, 0, TEXT)[1]["state"] == "complete"
    assert uploaded.content_of(uploaded.download(caller, file_id)) == TEXT


# --- an export -----------------------------------------------------------------------------------
def test_an_export_is_written_downloaded_expired_and_purged(
    amina: User, bucket: Any, django_capture_on_commit_callbacks: Committed
) -> None:
    caller = signed_in(amina)
    file = export(caller)
    assert names(bucket) == {file.name} == {f"{amina.pk}/{file.pk}"}
    response = download(caller)
    content = b"".join(response.streaming_content)
    assert (response.status_code, len(content)) == (200, file.size)
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None

    File.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert download(caller).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        rules()["files.expired"].carry_out()
    assert (File.objects.count(), names(bucket)) == (0, set())


@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_a_download_answers_head_and_range_alike_from_both_stores(
    place: str, amina: User, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("bucket" if place == "bucket" else "root")
    caller = signed_in(amina)
    file = export(caller)
    head, part = download(caller, "HEAD"), download(caller, Range="bytes=0-3")
    for response in (head, part):
        assert response.status_code == 200
        assert response.headers["Content-Length"] == str(file.size)
        assert response.headers["Cache-Control"] == "no-store"
        assert "Accept-Ranges" not in response.headers
    assert b"".join(head.streaming_content) == b""
    assert len(b"".join(part.streaming_content)) == file.size


def test_a_download_is_one_request_and_head_is_none(
    amina: User, bucket: Any, requests: list[Any]
) -> None:
    caller = signed_in(amina)
    export(caller)
    requests.clear()
    assert download(caller, "HEAD").status_code == 200
    assert requests == []
    assert b"".join(download(caller).streaming_content)
    assert [one.method for one in requests] == ["GET"]


def test_a_new_export_replaces_the_former_one(
    amina: User, bucket: Any, django_capture_on_commit_callbacks: Committed
) -> None:
    caller = signed_in(amina)
    former = export(caller)
    with django_capture_on_commit_callbacks(execute=True):
        current = export(caller)
    assert names(bucket) == {current.name} != {former.name}


def test_lost_or_cut_bytes_are_gone(amina: User, bucket: Any) -> None:
    caller = signed_in(amina)
    file = export(caller)
    bucket.put_object(Key=file.name, Body=b"short")
    assert download(caller).json()["code"] == "file_gone"
    bucket.Object(file.name).delete()
    response = download(caller)
    assert (response.status_code, response.json()["code"]) == (410, "file_gone")


# --- objects -------------------------------------------------------------------------------------
def test_objects_are_private_and_no_link_opens_them(amina: User, bucket: Any) -> None:
    file = stored(amina)
    (grant,) = bucket.Object(file.name).Acl().grants
    assert (grant["Grantee"]["Type"], grant["Permission"]) == ("CanonicalUser", "FULL_CONTROL")
    assert "?" not in storages["files"].url(file.name)


def test_no_object_is_overwritten(amina: User, bucket: Any) -> None:
    file = stored(amina)
    with services.file_store() as store:
        assert store.save(file.name, BytesIO(b"other")) != file.name
    assert bucket.Object(file.name).get()["Body"].read() == BYTES


def test_an_erasure_deletes_the_objects_of_the_user_alone(
    amina: User, bucket: Any, django_capture_on_commit_callbacks: Committed
) -> None:
    kept = stored(person("baraka"))
    stored(amina)
    bucket.put_object(Key=f"{amina.pk}/orphan", Body=BYTES)
    forget_appended()
    with django_capture_on_commit_callbacks(execute=True):
        erase_user(user_id=amina.pk)
    report = service().get(f"internal/erasures/{amina.pk}/")[1]
    rows = {one["place"]: one["rows"] for one in report["receipts"]}
    assert (rows["stored files"], report["remaining"]) == (2, {})
    assert names(bucket) == {kept.name}


def test_the_sweep_deletes_old_orphans_and_those_of_users_who_do_not_exist(
    amina: User, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = stored(amina)
    others = {"not-in-a-folder", "another/young", f"{amina.pk}/orphan"}
    for key in (*others, "2147483647/young", f"{2**70}/young"):
        bucket.put_object(Key=key, Body=BYTES)
    assert sweep_orphans() == ""
    assert names(bucket) == {kept.name, *others}
    monkeypatch.setattr(services, "ORPHAN_AGE", -timedelta(days=1))
    assert sweep_orphans() == ""
    assert names(bucket) == {kept.name, "not-in-a-folder"}


def test_the_sweep_lists_a_bucket_by_one_request_for_each_page(
    bucket: Any, monkeypatch: pytest.MonkeyPatch, requests: list[Any]
) -> None:
    monkeypatch.setattr(stores, "PAGE", 2)
    kept = {stored(person(f"user-{number}")).name for number in range(4)}
    for number in range(3):
        bucket.put_object(Key=f"100000{number}/a", Body=BYTES)
    requests.clear()
    assert sweep_all() == 4  # pages of 2, of 7 objects
    assert sorted(one.method for one in requests) == ["DELETE"] * 3 + ["GET"] * 4
    assert names(bucket) == kept


def test_requests_carry_no_checksum_that_only_aws_understands(
    amina: User, bucket: Any, requests: list[Any]
) -> None:
    file = stored(amina)
    services.open_file(file).close()
    services.delete_bytes([file.name])
    headers = {name.lower() for one in requests for name in one.headers}
    assert len(requests) == 4  # HEAD whether the name is free, PUT, GET, DELETE
    assert not {name for name in headers if "checksum" in name or "trailer" in name}


# --- a store that fails --------------------------------------------------------------------------
@pytest.fixture(params=["no folder", "no server", "no bucket", "no credentials"])
def broken(request: pytest.FixtureRequest, settings: Any, endpoint: str, root: Path) -> str:
    """The store of the settings cannot be used."""
    if request.param == "no folder":
        root.write_bytes(b"a file where the folder should be")
    else:
        (port,) = free_ports(1)
        use_bucket(settings, f"http://127.0.0.1:{port}" if "server" in request.param else endpoint)
    if request.param == "no credentials":
        monkeypatch = request.getfixturevalue("monkeypatch")
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return str(request.param)


def test_a_store_that_fails_is_a_503_and_nothing_is_erased(broken: str, amina: User) -> None:
    caller = signed_in(amina)
    File.objects.create(
        owner=amina,
        purpose=File.Purpose.EXPORT,
        name=f"{amina.pk}/x",
        size=1,
        expires_at=timezone.now() + timedelta(days=1),
    )
    answers = [
        caller.call("DELETE", "users/me/", {"password": PASSWORD}),
        service().get(f"internal/erasures/{amina.pk}/"),
        caller.get(DOWNLOAD),
    ]
    for status, body in answers:
        assert (status, body["code"]) == (503, "unavailable")
        assert body["detail"]
    assert User.objects.filter(pk=amina.pk).exists()


def test_an_export_waits_for_the_store(broken: str, amina: User) -> None:
    caller = signed_in(amina)
    assert caller.call("POST", EXPORT)[0] == 202
    run_due()
    assert (Job.objects.get().attempts, File.objects.count()) == (1, 0)
    assert caller.get(EXPORT)[1]["state"] == "under_way"


@pytest.fixture(params=["closes", "hangs", "is silent"])
def bad_server(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    """The store of the settings sends half of a body, or nothing at all."""
    ended = Event()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BYTES)

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(10)
                    connection.recv(2**16)
                    if request.param != "is silent":
                        connection.sendall(head + BYTES[:10])
                    if request.param != "closes":
                        ended.wait()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        use_bucket(settings, f"http://127.0.0.1:{listener.getsockname()[1]}")
        yield str(request.param)
        ended.set()
        # A thread that still accepts could get the calls of the next test, whose listener would
        # have the same file descriptor.
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        assert not thread.is_alive()


def test_a_download_that_stops_is_a_503_or_cut_off(
    bad_server: str, amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client whose download is cut off sees fewer bytes than Content-Length says."""
    monkeypatch.setattr(bucket_module, "READ_SECONDS", 0.5)
    File.objects.create(
        owner=amina,
        purpose=File.Purpose.EXPORT,
        name=f"{amina.pk}/x",
        size=len(BYTES),
        expires_at=timezone.now() + timedelta(days=1),
    )
    response = download(signed_in(amina))
    if bad_server == "is silent":
        assert response.status_code == 503
        return
    assert (response.status_code, response.headers["Content-Length"]) == (200, str(len(BYTES)))
    with pytest.raises((ReadTimeoutError, ResponseStreamingError, IncompleteReadError)):
        b"".join(response.streaming_content)


# --- settings ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("bucket_name", "endpoint_url", "fault"),
    [
        ("", "https://s3.example", "without FILES_S3_BUCKET"),
        (BUCKET, "http://s3.example", "FILES_S3_ENDPOINT_URL is no https URL"),
    ],
)
def test_a_bad_bucket_stops_the_process(bucket_name: str, endpoint_url: str, fault: str) -> None:
    with pytest.raises(Exception, match=fault):
        start(files_s3_bucket=bucket_name, files_s3_endpoint_url=endpoint_url)


def test_a_bucket_without_the_package_stops_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    start(files_s3_bucket=BUCKET)
    monkeypatch.setattr("core.config.startup.find_spec", lambda name: None)
    with pytest.raises(Exception, match="extra s3"):
        start(files_s3_bucket=BUCKET)


def test_an_empty_endpoint_is_the_one_of_aws() -> None:
    assert PrivateBucketStorage(BUCKET, "").endpoint_url is None
