"""The encoder of the running service: it refuses another model, and needs no torch."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ai.embeddings import onnx
from ai.embeddings.manifest import (
    GRAPH,
    TOKENIZER,
    WEIGHTS,
    WrongModel,
    model_folder,
    read_manifest,
)
from ai.embeddings.onnx import OnnxEncoder

WITHOUT_TORCH = """
import sys
from ai.embeddings.encoder import open_encoder
open_encoder().encode(["phishing"])
print(sorted({"torch", "transformers", "sentence_transformers"} & set(sys.modules)))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the model: the tokenizer itself, the weights as a link."""
    installed = model_folder(read_manifest().package)
    shutil.copy(installed / TOKENIZER, tmp_path)
    (tmp_path / WEIGHTS).symlink_to(installed / WEIGHTS)
    return tmp_path


@pytest.mark.slow
def test_a_vector_is_the_same_whatever_number_of_threads_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [f"{'phishing and how to report it ' * (1 + n % 17)}{n}" for n in range(60)]
    several = OnnxEncoder()
    monkeypatch.setattr(onnx, "_threads", lambda: 1)
    assert np.array_equal(several.encode(texts), OnnxEncoder().encode(texts))


def test_another_tokenizer_is_refused(folder: Path) -> None:
    with (folder / TOKENIZER).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(WrongModel, match=f"{TOKENIZER}: SHA-256 .* is recorded, found [0-9a-f]"):
        OnnxEncoder(folder)


def test_other_weights_are_refused(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    (folder / WEIGHTS).write_bytes(b"other weights")
    with pytest.raises(WrongModel, match=f"{WEIGHTS}: SHA-256 .* is recorded, found [0-9a-f]"):
        OnnxEncoder(folder)


def test_missing_weights_are_refused(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    with pytest.raises(WrongModel, match=f"{WEIGHTS}: SHA-256 .* is recorded, found nothing"):
        OnnxEncoder(folder)


def test_a_model_that_is_not_installed_is_refused() -> None:
    with pytest.raises(WrongModel, match="the package no_such_model, which holds the model"):
        model_folder("no_such_model")


def test_the_identity_changes_with_any_file_and_with_the_length_limit() -> None:
    recorded = read_manifest()
    identities = {
        recorded.identity,
        replace(recorded, max_tokens=128).identity,
        replace(recorded, sha256={**recorded.sha256, TOKENIZER: "0"}).identity,
        replace(recorded, sha256={**recorded.sha256, WEIGHTS: "0"}).identity,
    }
    assert len({identity.revision for identity in identities}) == 4


def test_the_committed_graph_holds_no_weights() -> None:
    assert GRAPH.stat().st_size < 200_000
    assert WEIGHTS.encode() in GRAPH.read_bytes()


def test_encoding_imports_no_torch() -> None:
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", WITHOUT_TORCH], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
