"""Files that tests upload as clients do."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.users.models import User
from tests.unit.core.world import Answer, Caller, person, signed_in

TEXT = b"# My notes\n\nStore passwords with Argon2id.\n" * 40
BYTES = "application/octet-stream"


@pytest.fixture
def staged(root: Path, settings: Any, tmp_path: Path) -> Path:
    """The folder of uploads under way; the store has one of its own."""
    settings.UPLOADS_ROOT = str(tmp_path / "uploads")
    return tmp_path / "uploads"


@pytest.fixture
def user() -> User:
    return person("amina")


@pytest.fixture
def amina(user: User) -> Caller:
    return signed_in(user)


@pytest.fixture
def baraka() -> Caller:
    return signed_in(person("baraka"))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def request(content: bytes, name: str = "notes.md") -> dict[str, Any]:
    return {"name": name, "size": len(content), "sha256": digest(content)}


def create(caller: Caller, content: bytes, name: str = "notes.md") -> str:
    status, body = caller.post("files/", request(content, name))
    assert status == 201, body
    return str(body["id"])


def send(caller: Caller, file_id: str, offset: int, chunk: bytes, **changes: str) -> Answer:
    response = response_to(caller, file_id, offset, chunk, **changes)
    return response.status_code, response.json()


def response_to(caller: Caller, file_id: str, offset: int, chunk: bytes, **changes: str) -> Any:
    """`changes` are headers, with `_` in place of `-`."""
    headers = {
        "Content-Type": BYTES,
        "Upload-Offset": str(offset),
        "Content-SHA256": digest(chunk),
        "Authorization": f"Bearer {caller.token}",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    kind = headers.pop("Content-Type")
    path = f"/api/v1/files/{file_id}/"
    return Client().generic("PATCH", path, chunk, content_type=kind, headers=headers)


def upload(caller: Caller, content: bytes, name: str = "notes.md") -> Any:
    """The whole file in two chunks; the last answer."""
    file_id, half = create(caller, content, name), len(content) // 2
    status, body = send(caller, file_id, 0, content[:half])
    assert (status, body["offset"], body["state"]) == (200, half, "under_way")
    status, body = send(caller, file_id, half, content[half:])
    assert (status, body["offset"], body["state"]) == (200, len(content), "complete"), body
    return body


def download(caller: Caller, file_id: str, method: str = "GET", **headers: str) -> Any:
    authorization = {"Authorization": f"Bearer {caller.token}"}
    path = f"/api/v1/files/{file_id}/content/"
    return Client().generic(method, path, headers={**authorization, **headers})


def content_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def refusal_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]
