"""Files that users upload in chunks, until they are complete."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from core.files import uploads
from core.files.folder import PrivateFolderStorage
from core.files.models import Blob, Upload
from core.files.staging import UploadInFlight, open_staged
from core.users.models import User
from tests.unit.core.test_files import make_old, names, root
from tests.unit.core.uploaded import (
    TEXT,
    amina,
    baraka,
    content_of,
    create,
    digest,
    download,
    refusal_of,
    request,
    response_to,
    send,
    staged,
    upload,
    user,
)
from tests.unit.core.world import Caller, refusal

__all__ = ["amina", "baraka", "root", "staged", "user"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staged")]

HALF = len(TEXT) // 2
Committed = Callable[..., Any]


# --- uploading -----------------------------------------------------------------------------------
def test_a_file_is_announced_uploaded_in_chunks_and_downloaded(
    amina: Caller, root: Path, staged: Path
) -> None:
    status, body = amina.post("files/", request(TEXT))
    assert (status, body["state"], body["offset"], body["content_type"]) == (
        *(201, "under_way", 0),
        None,
    )
    file_id = body["id"]
    assert send(amina, file_id, 0, TEXT[:HALF])[1]["offset"] == HALF
    assert amina.get(f"files/{file_id}/")[1]["offset"] == HALF
    assert names(root) == set()
    status, body = send(amina, file_id, HALF, TEXT[HALF:])
    assert (status, body["state"], body["content_type"]) == (
        *(200, "complete"),
        "text/plain; charset=utf-8",
    )
    assert names(staged) == set()
    assert names(root) == {Blob.objects.get().name}
    response = download(amina, file_id)
    assert content_of(response) == TEXT
    assert response["Content-Disposition"] == 'attachment; filename="notes.md"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "text/plain; charset=utf-8"


def test_bytes_are_private_while_they_arrive(amina: Caller, user: User, staged: Path) -> None:
    file_id = create(amina, TEXT)
    send(amina, file_id, 0, TEXT[:HALF])
    path = staged / str(user.pk) / file_id
    assert path.read_bytes() == TEXT[:HALF]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == staged.stat().st_mode & 0o777 == 0o700


def test_a_wrong_offset_is_refused_with_the_right_one(amina: Caller) -> None:
    file_id = create(amina, TEXT)
    send(amina, file_id, 0, TEXT[:HALF])
    for offset in (HALF - 1, HALF + 1, 10**12):
        assert refusal(send(amina, file_id, offset, b"x"))[:2] == (409, "wrong_offset")
    assert amina.get(f"files/{file_id}/")[1]["offset"] == HALF
    assert response_to(amina, file_id, 7, b"x")["Upload-Offset"] == str(HALF)


def test_a_chunk_that_arrived_before_is_answered_and_not_written_again(
    amina: Caller, user: User, staged: Path
) -> None:
    file_id = create(amina, TEXT)
    first = send(amina, file_id, 0, TEXT[:100])
    send(amina, file_id, 100, TEXT[100:HALF])
    path = staged / str(user.pk) / file_id
    make_old(path)
    written = path.stat().st_mtime
    assert send(amina, file_id, 100, TEXT[100:HALF])[0] == 200
    status, body = send(amina, file_id, 0, TEXT[:100])
    assert (first[0], status, body["offset"]) == (200, 200, HALF)
    assert path.stat().st_mtime == written
    other = bytes(reversed(TEXT[:100]))
    assert refusal(send(amina, file_id, 0, other))[:2] == (409, "wrong_offset")


def test_the_last_chunk_may_be_sent_again_once_the_file_is_complete(
    amina: Caller, root: Path
) -> None:
    file_id = upload(amina, TEXT)["id"]
    before = names(root)
    status, body = send(amina, file_id, HALF, TEXT[HALF:])
    assert (status, body["state"]) == (200, "complete")
    assert refusal(send(amina, file_id, 0, TEXT[:HALF]))[:2] == (409, "wrong_offset")
    assert names(root) == before


def test_a_chunk_that_was_damaged_on_its_way_is_refused(amina: Caller) -> None:
    file_id = create(amina, TEXT)
    answer = send(amina, file_id, 0, TEXT[:HALF], Content_SHA256=digest(b"other"))
    assert refusal(answer)[:2] == (400, "chunk_hash_mismatch")
    assert amina.get(f"files/{file_id}/")[1]["offset"] == 0


def test_a_file_with_another_hash_than_announced_begins_again(
    amina: Caller, root: Path, staged: Path
) -> None:
    body = request(TEXT) | {"sha256": digest(b"other")}
    file_id = amina.post("files/", body)[1]["id"]
    send(amina, file_id, 0, TEXT[:HALF])
    answer = send(amina, file_id, HALF, TEXT[HALF:])
    assert refusal(answer)[:2] == (400, "hash_mismatch")
    state = amina.get(f"files/{file_id}/")[1]
    assert (state["offset"], state["state"]) == (0, "under_way")
    assert names(root) == names(staged) == set()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Upload_Offset": "-1"}, "bad_header"),
        ({"Upload_Offset": "01"}, "bad_header"),
        ({"Upload_Offset": ""}, "bad_header"),
        ({"Content_SHA256": "x"}, "bad_header"),
        ({"Content_SHA256": digest(b"x").upper()}, "bad_header"),
    ],
)
def test_malformed_headers_of_a_chunk_are_refused(
    headers: dict[str, str], code: str, amina: Caller
) -> None:
    file_id = create(amina, TEXT)
    assert refusal(send(amina, file_id, 0, b"x", **headers))[:2] == (400, code)


def test_chunks_have_a_type_and_a_limit(amina: Caller) -> None:
    file_id = create(amina, TEXT * 1000)
    long = (TEXT * 1000)[: uploads.MAX_CHUNK_BYTES + 1]
    assert refusal(send(amina, file_id, 0, long))[:2] == (413, "payload_too_large")
    assert send(amina, file_id, 0, long[:-1])[0] == 200
    assert send(amina, file_id, len(long) - 1, b"x", Content_Type="application/json")[0] == 415
    assert send(amina, file_id, len(long) - 1, b"")[0] == 400
    beyond = create(amina, b"short")
    assert refusal(send(amina, beyond, 0, b"longer than that"))[:2] == (400, "chunk_too_long")


def test_bytes_that_the_folder_lost_are_asked_for_again(
    amina: Caller, user: User, staged: Path
) -> None:
    file_id = create(amina, TEXT)
    send(amina, file_id, 0, TEXT[:HALF])
    (staged / str(user.pk) / file_id).unlink()
    answer = send(amina, file_id, HALF, TEXT[HALF:])
    assert answer[1]["detail"] == "The next chunk begins at byte 0."
    assert send(amina, file_id, 0, TEXT)[1]["state"] == "complete"


def test_bytes_of_a_process_that_was_killed_before_the_commit_are_written_over(
    amina: Caller, user: User, staged: Path
) -> None:
    file_id = create(amina, TEXT)
    send(amina, file_id, 0, TEXT[:HALF])
    with (staged / str(user.pk) / file_id).open("ab") as file:
        file.write(b"not committed" * 1000)
    assert send(amina, file_id, HALF, TEXT[HALF:])[1]["state"] == "complete"


def test_one_request_at_a_time_writes_to_an_upload(amina: Caller, user: User) -> None:
    file_id = create(amina, TEXT)
    with open_staged(user.pk, UUID(file_id)):
        assert refusal(send(amina, file_id, 0, TEXT[:HALF]))[:2] == (409, "in_flight")
    assert send(amina, file_id, 0, TEXT[:HALF])[0] == 200
    other = open_staged(user.pk, UUID(file_id))
    with open_staged(user.pk, UUID(file_id)), pytest.raises(UploadInFlight), other:
        pass


def test_a_store_that_fails_leaves_the_bytes_until_the_last_chunk_comes_again(
    amina: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ConnectionError

    file_id = create(amina, TEXT)
    with monkeypatch.context() as patch:
        patch.setattr(PrivateFolderStorage, "_save", fail)
        assert refusal(send(amina, file_id, 0, TEXT))[:2] == (503, "unavailable")
    assert amina.get(f"files/{file_id}/")[1]["offset"] == len(TEXT)
    assert send(amina, file_id, 0, TEXT)[1]["state"] == "complete"
    with monkeypatch.context() as patch:
        patch.setattr(PrivateFolderStorage, "_open", fail)
        response = download(amina, file_id)
        assert (response.status_code, response["Retry-After"]) == (503, "1")


def test_a_folder_of_uploads_that_fails_is_unavailable(
    amina: Caller, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    settings.UPLOADS_ROOT = str(tmp_path / "file")
    answer = send(amina, create(amina, TEXT), 0, TEXT)
    assert refusal(answer)[:2] == (503, "unavailable")


# --- creating ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "../notes.md"}, "name"),
        ({"name": "C:\\notes.md"}, "name"),
        ({"name": ".."}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"size": 0}, "size"),
        ({"sha256": "a" * 63}, "sha256"),
        ({"sha256": "A" * 64}, "sha256"),
    ],
)
def test_a_malformed_announcement_is_refused(
    changes: dict[str, Any], field: str, amina: Caller
) -> None:
    status, _, errors = refusal(amina.post("files/", request(TEXT) | changes))
    assert (status, errors[0][0]) == (400, field)
    assert not Upload.objects.exists()


def test_a_file_and_all_files_of_a_user_have_a_limit(
    amina: Caller, baraka: Caller, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_QUOTA_BYTES = 100, 250
    answer = amina.post("files/", request(TEXT) | {"size": 101})
    assert refusal(answer)[:2] == (400, "file_too_large")
    for name, expected in (("a", 201), ("b", 201), ("c", 409)):
        status, body = amina.post("files/", request(b"x" * 100, name))
        assert status == expected
    assert (body["code"], body["detail"]) == (
        "quota_exceeded",
        "50 bytes are left for your files: delete some.",
    )
    assert amina.post("files/", request(b"x" * 50))[0] == 201
    assert baraka.post("files/", request(b"x" * 100))[0] == 201
    amina.call("DELETE", f"files/{amina.get('files/')[1]['results'][0]['id']}/")
    assert amina.post("files/", request(b"x" * 50))[0] == 201


def test_a_user_has_a_limited_number_of_files(
    amina: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOADS", 2)
    for name, expected in (("a", 201), ("b", 201), ("c", 409)):
        assert amina.post("files/", request(b"x", name))[0] == expected
    assert amina.post("files/", request(b"x", "a"))[0] == 200  # it is there already


def test_a_repeated_announcement_finds_the_upload_with_its_offset(amina: Caller) -> None:
    file_id = create(amina, TEXT)
    send(amina, file_id, 0, TEXT[:HALF])
    status, body = amina.post("files/", request(TEXT))
    assert (status, body["id"], body["offset"]) == (200, file_id, HALF)
    send(amina, file_id, HALF, TEXT[HALF:])
    status, body = amina.post("files/", request(TEXT))
    assert (status, body["id"], body["state"]) == (200, file_id, "complete")


# --- files with the same bytes -------------------------------------------------------------------
def test_a_file_that_the_caller_has_is_complete_at_once(amina: Caller, root: Path) -> None:
    upload(amina, TEXT)
    status, body = amina.post("files/", request(TEXT, "copy.md"))
    assert (status, body["state"], body["offset"]) == (201, "complete", len(TEXT))
    assert content_of(download(amina, body["id"])) == TEXT
    assert len(names(root)) == 1


def test_nobody_learns_that_somebody_else_has_the_same_file(amina: Caller, baraka: Caller) -> None:
    upload(amina, TEXT)
    status, body = baraka.post("files/", request(TEXT))
    assert (status, body["state"], body["offset"]) == (201, "under_way", 0)


def test_equal_files_of_several_users_are_stored_once_and_end_with_the_last(
    amina: Caller, baraka: Caller, root: Path, django_capture_on_commit_callbacks: Committed
) -> None:
    first = upload(amina, TEXT)["id"]
    second = upload(baraka, TEXT)["id"]
    assert names(root) == {Blob.objects.get().name}
    with django_capture_on_commit_callbacks(execute=True):
        assert amina.call("DELETE", f"files/{first}/")[0] == 204
    assert content_of(download(baraka, second)) == TEXT
    with django_capture_on_commit_callbacks(execute=True):
        assert baraka.call("DELETE", f"files/{second}/")[0] == 204
    assert names(root) == set()
    assert not Blob.objects.exists()


def test_an_upload_mends_a_blob_whose_bytes_were_lost(
    amina: Caller, baraka: Caller, root: Path
) -> None:
    file_id = upload(amina, TEXT)["id"]
    (root / Blob.objects.get().name).unlink()
    assert refusal_of(download(amina, file_id)) == (410, "file_gone")
    upload(baraka, TEXT)
    assert content_of(download(amina, file_id)) == TEXT


# --- types ---------------------------------------------------------------------------------------
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>' + b" " * 1000


def test_the_type_follows_from_the_bytes_and_not_from_the_name(amina: Caller) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(1000)
    assert upload(amina, png, "notes.html")["content_type"] == "image/png"


def test_a_type_that_is_not_allowed_is_refused_with_the_first_chunk(
    amina: Caller, staged: Path
) -> None:
    file_id = create(amina, SVG, "picture.png")
    assert refusal(send(amina, file_id, 0, SVG[:600]))[:2] == (400, "type_not_allowed")
    assert names(staged) == set()


def test_a_type_that_shows_late_is_refused_with_the_last_chunk(
    amina: Caller, staged: Path, root: Path
) -> None:
    late = TEXT + b"\x00"
    for content in (SVG, late):
        file_id = create(amina, content)
        cut = 10 if content is SVG else len(TEXT)
        assert send(amina, file_id, 0, content[:cut])[0] == 200
        answer = send(amina, file_id, cut, content[cut:])
        assert refusal(answer)[:2] == (400, "type_not_allowed")
        assert amina.get(f"files/{file_id}/")[1]["offset"] == 0
    assert names(staged) == names(root) == set()
