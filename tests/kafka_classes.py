"""The classes of Kafka in a file that the JVM maps into memory: brokers start in half the time."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts.embedded.kafka import ARTIFACTS, Kafka
from scripts.embedded.ports import free_ports
from scripts.stack.stack import PROJECT
from tests.integration.story import eventually

ARCHIVE = PROJECT / ".venv" / f"kafka-{hashlib.sha256(ARTIFACTS.encode()).hexdigest()[:16]}.jsa"
"""A JVM that it does not fit, or that does not find it, starts without it."""
# Brokers live for minutes here: with the fast compiler alone they start in half the time.
FAST_COMPILER = "-XX:TieredStopAtLevel=1"
JAVA_OPTIONS = f"{FAST_COMPILER} -XX:SharedArchiveFile={ARCHIVE}"


def write_once() -> None:
    """Where the JVM cannot write it, an empty file keeps others from trying again."""
    with ARCHIVE.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ARCHIVE.exists():
            draft = ARCHIVE.with_suffix(".draft")
            draft.touch()
            _run_a_broker(f"{FAST_COMPILER} -XX:ArchiveClassesAtExit={draft}")
            draft.rename(ARCHIVE)


def _run_a_broker(java_options: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ongoza-classes-"))
    broker = Kafka(folder, *free_ports(2))
    try:
        broker.prepare()
        process = subprocess.Popen(  # noqa: S603
            broker.command(),
            env={**os.environ, "JAVA_TOOL_OPTIONS": java_options},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            eventually(lambda: broker.ready() or process.poll() is not None)
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder)
