"""What every encoder keeps to. `make test` holds the ONNX encoder to it, `make model-check`, where
torch is installed, the one on sentence-transformers."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai.embeddings.encoder import Encoder, InvalidText, open_encoder
from ai.kit.settings import Backend
from ai.kit.vectors import Matrix
from scripts.model.golden import TEXTS, VECTORS

Texts = list[str]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder(cast(Backend, os.environ.get("EMBEDDING_BACKEND", "onnx")))


@pytest.fixture(scope="module")
def texts() -> Texts:
    return cast(Texts, json.loads(TEXTS.read_text()))


@pytest.fixture(scope="module")
def vectors(encoder: Encoder, texts: Texts) -> Matrix:
    return encoder.encode(texts)


def difference(one: Matrix, other: Matrix) -> float:
    return float(np.abs(one - other).max())


def test_the_vectors_are_those_of_sentence_transformers(vectors: Matrix) -> None:
    golden = np.load(VECTORS)
    assert vectors.shape == golden.shape == (35, 384)
    assert (vectors * golden).sum(axis=1).min() >= 0.99999


def test_the_identity_names_the_model_and_its_numbers(encoder: Encoder) -> None:
    identity = encoder.identity
    assert identity.model == "sentence-transformers/all-MiniLM-L6-v2"
    assert (identity.precision, identity.dimension) == ("fp32", 384)


def test_vectors_are_single_precision_and_of_length_one(vectors: Matrix) -> None:
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


def test_a_text_has_the_same_vector_alone_and_among_others(
    encoder: Encoder, texts: Texts, vectors: Matrix
) -> None:
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert difference(alone, vectors) <= 1e-6


def test_vectors_come_in_the_order_of_the_texts(
    encoder: Encoder, texts: Texts, vectors: Matrix
) -> None:
    assert difference(encoder.encode(texts[::-1])[::-1], vectors) <= 1e-6


def test_the_same_text_twice_has_the_same_vector_twice(encoder: Encoder) -> None:
    first, other, second = encoder.encode(["phishing", "a much longer text " * 20, "phishing"])
    assert difference(first, second) == 0
    assert difference(first, other) > 0.01


def test_no_texts_have_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_what_is_beyond_256_tokens_is_not_read(encoder: Encoder) -> None:
    read = "defend " * 254  # with the two tokens that open and close a text: 256
    cut, longer, shorter = encoder.encode([read, read + "attack " * 50, read[:-7]])
    assert difference(cut, longer) <= 1e-6
    assert difference(cut, shorter) > 1e-6


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (["fine", "ab\ud800"], r"text 1 .*lone surrogate '\\ud800' at character 2"),
        (["\udfff"], r"text 0 .*lone surrogate '\\udfff' at character 0"),
    ],
    ids=["high", "low"],
)
def test_a_lone_surrogate_is_refused_by_its_place(encoder: Encoder, bad: Texts, named: str) -> None:
    with pytest.raises(InvalidText, match=named):
        encoder.encode(bad)


def test_one_text_is_not_taken_for_a_list_of_letters(encoder: Encoder) -> None:
    with pytest.raises(TypeError, match="a sequence of texts is wanted"):
        encoder.encode("phishing")


@settings(max_examples=50, deadline=None)
@given(found=st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_any_valid_texts_have_vectors_of_length_one(encoder: Encoder, found: Texts) -> None:
    lengths = np.linalg.norm(encoder.encode(found), axis=1)
    assert lengths == pytest.approx(np.ones(len(found)), abs=1e-6)


def test_several_threads_may_encode_at_a_time(
    encoder: Encoder, texts: Texts, vectors: Matrix
) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(encoder.encode, [texts[:20]] * 16))
    assert max(difference(rows, vectors[:20]) for rows in found) <= 1e-6
