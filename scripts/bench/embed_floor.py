"""sentence-transformers itself, as its documentation calls it, on every core. Texts on its input.

Says {"polled", "sorted": texts per second, "single_p50_ms"} and writes the vectors to the file it
is given. `polled` is one call for each 32 texts as they come, `sorted` one call for all of them,
which it sorts by length itself.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]

from ai.embeddings.manifest import model_folder, read_manifest
from scripts.bench.embed_product import SHORT, TIMES

POLL = 32


def main(texts: list[str], file: Path) -> None:
    folder = model_folder(read_manifest().package)
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    model.encode(texts[:POLL], show_progress_bar=False)
    began = time.perf_counter()
    for first in range(0, len(texts), POLL):
        model.encode(texts[first : first + POLL], show_progress_bar=False)
    polled = time.perf_counter() - began
    began = time.perf_counter()
    vectors = model.encode(texts, show_progress_bar=False)
    whole = time.perf_counter() - began
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        model.encode([SHORT], show_progress_bar=False)
        took.append(time.perf_counter() - began)
    np.save(file, vectors)
    said = {
        "polled": len(texts) / polled,
        "sorted": len(texts) / whole,
        "single_p50_ms": float(np.median(took) * 1000),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main(json.load(sys.stdin), Path(sys.argv[1]))
