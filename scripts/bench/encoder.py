"""From the start of a process to its first vector. Says {"seconds", "peak_mib"}.

Runs in either environment: `python -m scripts.bench.encoder BACKEND STARTED_AT`.
"""

import json
import sys
import time
from pathlib import Path
from typing import cast

from ai.embeddings.encoder import open_encoder
from ai.kit.settings import Backend

TEXT = "Threat modelling for small teams: find what an attacker would do first."


def main(backend: Backend, started_at: float) -> None:
    vectors = open_encoder(backend).encode([TEXT])
    seconds = time.time() - started_at
    if vectors.shape != (1, 384):
        sys.exit(f"not a vector: {vectors.shape}")
    print(json.dumps({"seconds": seconds, "peak_mib": _peak_kib() / 1024}))


def _peak_kib() -> int:
    """Of this program alone: getrusage would count the parent's memory from before exec."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main(cast(Backend, sys.argv[1]), float(sys.argv[2]))
