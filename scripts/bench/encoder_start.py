"""Imports nothing that the encoder does not need; runs in the environment with torch as well."""

import time
from pathlib import Path

from ai.embeddings.encoder import open_encoder
from ai.kit.settings import Backend

TEXT = "Threat modelling for small teams: find what an attacker would do first."


def start(backend: Backend, started_at: float) -> dict[str, float]:
    """From the start of a process to its first vector."""
    vectors = open_encoder(backend).encode([TEXT])
    seconds = time.time() - started_at
    if vectors.shape != (1, 384):
        raise RuntimeError(f"not a vector: {vectors.shape}")
    # Of this program alone: getrusage would count the parent's memory from before exec.
    peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    return {"seconds": seconds, "peak_mib": int(peak) / 1024}
