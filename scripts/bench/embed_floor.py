"""sentence-transformers itself, as its documentation calls it. Texts on its input.

Says {"polled", "sorted": texts per second, "single_p50_ms"} and writes the vectors to the file it
is given. `polled` is one call for each 32 texts as they come, `sorted` one call for all of them,
which it sorts by length itself. Each with as many threads as torch takes by itself and with one,
which is faster where others use the machine as well; the better one counts.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch  # type: ignore[import-not-found]
from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]

from ai.embeddings.manifest import model_folder, read_manifest
from scripts.bench.embed_product import SHORT, TIMES

POLL = 32


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measured(model: SentenceTransformer, texts: list[str]) -> tuple[float, float, float]:
    """Polled and sorted, in texts per second; the milliseconds of a short text."""

    def polled() -> None:
        for first in range(0, len(texts), POLL):
            model.encode(texts[first : first + POLL], show_progress_bar=False)

    def single() -> None:
        model.encode([SHORT], show_progress_bar=False)

    single()
    whole = seconds(lambda: model.encode(texts, show_progress_bar=False))
    took = np.median([seconds(single) for _ in range(TIMES)])
    return len(texts) / seconds(polled), len(texts) / whole, float(took * 1000)


def main(texts: list[str], file: Path) -> None:
    folder = model_folder(read_manifest().package)
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    np.save(file, model.encode(texts, show_progress_bar=False))
    found = [measured(model, texts)]
    torch.set_num_threads(1)
    found.append(measured(model, texts))
    polled, whole, single = zip(*found, strict=True)
    print(json.dumps({"polled": max(polled), "sorted": max(whole), "single_p50_ms": min(single)}))


if __name__ == "__main__":
    main(json.load(sys.stdin), Path(sys.argv[1]))
