"""A class-data-sharing (CDS) archive of Kafka's classes: brokers of tests start faster with it."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts.embedded.kafka import Kafka, classpath, java
from scripts.embedded.ports import free_ports
from scripts.stack.stack import PROJECT
from tests.integration.story import eventually

# Brokers live for minutes here: the compiler C1 starts faster, C2 would pay off later.
C1_ONLY = "-XX:TieredStopAtLevel=1"
VARIABLE = "JAVA_TOOL_OPTIONS"
STOP_SECONDS = 60


def ensure_archive() -> None:
    """Lets brokers that this process starts from now on use the archive, which the first call of
    all processes writes. Leaves options alone that the caller of the tests chose."""
    if os.environ.setdefault(VARIABLE, C1_ONLY) != C1_ONLY:
        return
    archive = PROJECT / ".venv" / f"kafka-{_fingerprint()}.jsa"
    archive.parent.mkdir(exist_ok=True)
    with (archive.parent / "kafka-cds.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.exists():
            for outdated in archive.parent.glob("kafka-*.jsa"):
                outdated.unlink()
            draft = archive.with_suffix(".draft")
            if not _dump_classes(draft):
                draft.write_bytes(b"")  # others do not try again
            draft.rename(archive)
    if archive.stat().st_size:  # without a usable file the JVM ignores the JDK's own archive too
        os.environ[VARIABLE] = f"{C1_ONLY} -XX:SharedArchiveFile='{archive}'"


def _fingerprint() -> str:
    """The archive fits one build of Java and one classpath."""
    program = Path(java()).resolve()
    found = f"{program} {program.stat().st_mtime_ns} {classpath()}"
    return hashlib.sha256(found.encode()).hexdigest()[:16]


def _dump_classes(draft: Path) -> bool:
    """Whether a broker became ready, and wrote its classes when it ended."""
    folder = Path(tempfile.mkdtemp(prefix="ongoza-cds-"))
    broker = Kafka(folder, *free_ports(2))
    options = f"{C1_ONLY} -XX:ArchiveClassesAtExit='{draft}'"
    try:
        broker.prepare()
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(  # noqa: S603
                broker.command(), env={**os.environ, VARIABLE: options}, stdout=log, stderr=log
            )
        try:
            eventually(lambda: broker.ready() or process.poll() is not None)
            is_ready = process.poll() is None
            process.terminate()
            process.wait(STOP_SECONDS)
        except (AssertionError, subprocess.TimeoutExpired):
            is_ready = False
        finally:
            process.kill()
        return is_ready and draft.exists()
    finally:
        shutil.rmtree(folder)
