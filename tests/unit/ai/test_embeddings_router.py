"""POST /api/v1/embeddings with the real model; `test_app.py` tries more bodies on a double."""

import json
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from ai.embeddings.encoder import Encoder, open_encoder
from ai.embeddings.queue import EncoderQueue
from ai.embeddings.router import new_budget, router
from ai.kit import error_responses
from ai.kit.auth import Tokens
from ai.kit.guard import Guard
from ai.kit.trace import Trace
from ai.kit.vectors import Matrix
from scripts.model.golden import TEXTS, VECTORS
from tests.bad_input import JSON
from tests.tokens import SECRET, bearer

PATH = "/api/v1/embeddings"


class WatchedEncoder:
    """The real encoder, and every text it was given."""

    def __init__(self, encoder: Encoder) -> None:
        self.identity = encoder.identity
        self._encoder = encoder
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.encoded.extend(texts)
        return self._encoder.encode(texts)


@pytest.fixture(scope="module")
def model() -> Encoder:
    return open_encoder()


@pytest.fixture
def encoder(model: Encoder) -> WatchedEncoder:
    return WatchedEncoder(model)


@pytest.fixture
async def http(encoder: WatchedEncoder) -> AsyncIterator[httpx.AsyncClient]:
    app, queue = FastAPI(redirect_slashes=False), EncoderQueue(encoder)
    app.include_router(router)
    error_responses.install(app)
    app.add_middleware(Guard)
    app.add_middleware(Trace)
    app.state.tokens = Tokens(SECRET)
    app.state.embedding_budget = new_budget()
    app.state.resources = SimpleNamespace(encoder=queue)  # all that this route asks for
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ai.test") as client:
        yield client
    queue.close()


def vectors(response: httpx.Response) -> Matrix:
    return np.array([one["embedding"] for one in response.json()["embeddings"]], np.float32)


@pytest.mark.parametrize("path", [PATH, PATH + "/"])
async def test_each_text_comes_back_in_order_with_the_vector_of_the_model(
    http: httpx.AsyncClient, path: str
) -> None:
    # Blank texts are refused, and NUL never gets past the reading of JSON.
    golden = zip(json.loads(TEXTS.read_text()), np.load(VECTORS), strict=True)
    sent = [(text, row) for text, row in golden if text.strip() == text != "" and "\0" not in text]
    response = await http.post(path, json={"texts": [text for text, _ in sent]}, headers=bearer())
    assert response.status_code == 200
    answer = response.json()
    assert [one["text"] for one in answer["embeddings"]] == [text for text, _ in sent]
    assert answer["model"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert answer["dimension"] == 384
    assert set(answer) == {"embeddings", "model", "dimension"}
    assert vectors(response) == pytest.approx(np.array([row for _, row in sent]), abs=1e-6)


async def test_31_texts_of_the_greatest_length_fit_in_a_body_and_64_do_not(
    http: httpx.AsyncClient,
) -> None:
    for count, status in ((31, 200), (64, 413)):
        body = {"texts": ["x" * 8192] * count}
        assert (await http.post(PATH, json=body, headers=bearer())).status_code == status


REFUSED: dict[str, tuple[str, str]] = {
    "no texts": ('{"texts": []}', "invalid"),
    "65 texts": (json.dumps({"texts": ["a"] * 65}), "invalid"),
    "a blank text among others": ('{"texts": ["a", " "]}', "invalid"),
    "a text of 8193 characters": (json.dumps({"texts": ["a", "x" * 8193]}), "invalid"),
    "a lone surrogate": ('{"texts": ["a", "\\ud800"]}', "bad_text"),
    "NaN": ('{"texts": ["a", NaN]}', "not_finite"),
}


@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED)
async def test_a_refused_body_reaches_no_encoder(
    http: httpx.AsyncClient, encoder: WatchedEncoder, body: str, code: str
) -> None:
    headers = {**bearer(), "Content-Type": JSON}
    response = await http.post(PATH, content=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert encoder.encoded == []


@pytest.mark.parametrize("path", [PATH, PATH + "/"])
async def test_whoever_has_no_token_is_refused(
    http: httpx.AsyncClient, encoder: WatchedEncoder, path: str
) -> None:
    response = await http.post(path, json={"texts": ["a"]})
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert encoder.encoded == []
