"""Compares the committed graph with sentence-transformers, on the golden and the demo texts."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from ai.embeddings.encoder import Encoder, open_encoder
from ai.embeddings.sentence_transformers import SentenceTransformersEncoder
from ai.kit.vectors import Matrix
from ai.projections.documents import document
from core.demo.loader import load_catalogue
from scripts.model.export import committed_files
from scripts.model.golden import TEXTS

COSINE_MIN = 0.9999
OVERLAP_MIN = 0.999
ALONE_MAX = 1e-6
TOP = 10

ROOT = Path(__file__).parents[2]
SUITE = "tests/unit/ai/test_embeddings_encoder.py"


@dataclass(frozen=True, slots=True)
class Result:
    what: str
    found: str
    goal: str
    met: bool


def results() -> Iterator[Result]:
    """Every goal, in the order of the table."""
    yield from _same_files()
    golden: list[str] = json.loads(TEXTS.read_text())
    catalogue = [
        document(item.title, item.description, item.skills) for item in load_catalogue().items
    ]
    yield from _same_vectors(golden, catalogue)
    yield _suite_passes()


def table(found: Sequence[Result]) -> Table:
    drawn = Table("", "found", "goal", "", title="The committed model and sentence-transformers")
    for one in found:
        verdict = "[green]met" if one.met else "[red]missed"
        drawn.add_row(one.what, one.found, one.goal, verdict)
    return drawn


def _same_files() -> Iterator[Result]:
    for path, fresh in committed_files().items():
        same = path.exists() and path.read_bytes() == fresh
        yield Result(path.name, "same" if same else "differs", "a fresh export's bytes", same)


def _same_vectors(golden: list[str], catalogue: list[str]) -> Iterator[Result]:
    texts = catalogue + golden
    found = compare_vectors(texts, len(catalogue))
    yield _at_least(COSINE_MIN, f"least cosine of {len(texts)} texts", found["cosine"])
    yield _at_least(OVERLAP_MIN, f"same first {TOP} of {len(catalogue)} items", found["same"])
    alone = found["alone"]
    yield Result("alone or in a batch", f"{alone:.1e}", f"<= {ALONE_MAX}", alone <= ALONE_MAX)


def compare_vectors(texts: list[str], items: int) -> dict[str, float]:
    """The least cosine between the vectors of both encoders, the share of each text's nearest of
    the first `items` that both name, and the greatest difference of a text alone or in a batch."""
    encoder = open_encoder("onnx")
    ours = encoder.encode(texts)
    theirs = SentenceTransformersEncoder(device="cpu").encode(texts)
    return {
        "cosine": _least_cosine(ours, theirs),
        "same": _overlap(_top(ours, items), _top(theirs, items)),
        "alone": float(np.abs(_one_by_one(encoder, texts) - ours).max()),
    }


def _at_least(goal: float, what: str, found: float) -> Result:
    return Result(what, f"{found:.7f}", f">= {goal}", found >= goal)


def _least_cosine(ours: Matrix, theirs: Matrix) -> float:
    return float((ours * theirs).sum(axis=1).min())


def _top(vectors: Matrix, items: int) -> NDArray[np.intp]:
    """For every text, the nearest of the first `items`."""
    return np.argsort(-(vectors @ vectors[:items].T), axis=1, kind="stable")[:, :TOP]


def _overlap(ours: NDArray[np.intp], theirs: NDArray[np.intp]) -> float:
    shared = [len(np.intersect1d(*pair)) for pair in zip(ours, theirs, strict=True)]
    return float(np.mean(shared)) / TOP


def _one_by_one(encoder: Encoder, texts: Sequence[str]) -> Matrix:
    return np.concatenate([encoder.encode([text]) for text in texts])


def _suite_passes() -> Result:
    """The tests of the encoder protocol, which `make test` runs on the other backend."""
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-q", SUITE],
        cwd=ROOT,
        env={**os.environ, "EMBEDDING_BACKEND": "sentence-transformers"},
        capture_output=True,
        text=True,
        check=False,
    )
    passes = run.returncode == 0
    if not passes:
        print(run.stdout, run.stderr)
    return Result(
        "the seam's tests", "pass" if passes else "fail", "pass on sentence-transformers", passes
    )
