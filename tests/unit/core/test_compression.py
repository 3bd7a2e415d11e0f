"""gzip: long JSON of the API is compressed, answers with secrets never."""

import gzip
import json
from typing import Any

import pytest
from django.test import Client

from core.kit.compression import MIN_BYTES
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import Caller, item, person, signed_in

pytestmark = pytest.mark.django_db

GZIP = {"Accept-Encoding": "br, gzip"}
WRONG = {f"unknown-{number}": 1 for number in range(40)}  # whose refusal is long
LONG = "Words that a browser need not receive uncompressed. " * 60


def get(caller: Caller, path: str, **headers: str) -> Any:
    authorization = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
    return Client().get(path, headers={**authorization, **headers})


@pytest.fixture
def director() -> Caller:
    item("course-1", description=LONG)
    return signed_in(person("dora", Role.DIRECTOR))


def test_a_long_list_is_compressed_for_who_accepts_it(director: Caller) -> None:
    plain = get(director, "/api/v1/content/")
    packed = get(director, "/api/v1/content/", **GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    assert len(packed.content) * 4 < len(plain.content)
    assert packed.headers["Content-Length"] == str(len(packed.content))
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_short_answer_is_not_compressed_but_varies(director: Caller) -> None:
    answer = get(director, "/api/v1/users/me/", **GZIP)
    assert len(answer.content) < MIN_BYTES
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_the_tag_of_a_compressed_answer_is_weak_and_as_good(director: Caller) -> None:
    path = "/api/v1/content/course-1/"
    strong = get(director, path).headers["ETag"]
    packed = get(director, path, **GZIP)
    assert packed.headers["ETag"] == f"W/{strong}"
    again = get(director, path, **GZIP, **{"If-None-Match": f"W/{strong}"})
    assert (again.status_code, again.content) == (304, b"")
    assert "Accept-Encoding" in again.headers["Vary"]
    assert "Content-Encoding" not in again.headers


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", ["auth/login", "auth/signup", "auth/token/refresh"])
def test_answers_with_tokens_are_never_compressed(path: str, slash: str) -> None:
    answer = Client().post(
        f"/api/v1/{path}{slash}", WRONG, content_type="application/json", headers=GZIP
    )
    assert len(answer.content) > MIN_BYTES
    assert "Content-Encoding" not in answer.headers


def test_feedback_and_the_new_password_are_never_compressed() -> None:
    amina = signed_in(person("amina"))
    for number in range(1, 21):
        item(f"course-{number}")
        amina.post("feedback/", {"content_id": f"course-{number}", "verdict": "not_for_me"})
    answer = get(amina, "/api/v1/feedback", **GZIP)
    assert len(answer.content) > MIN_BYTES
    assert "Content-Encoding" not in answer.headers
    answer = Client().post(
        "/api/v1/users/me/password/",
        WRONG,
        content_type="application/json",
        headers={**GZIP, "Authorization": f"Bearer {amina.token}"},
    )
    assert len(answer.content) > MIN_BYTES
    assert "Content-Encoding" not in answer.headers


def test_pages_for_browsers_are_left_alone() -> None:
    answer = Client().get("/admin/login/", headers=GZIP)
    assert len(answer.content) > MIN_BYTES
    assert "Content-Encoding" not in answer.headers
