"""Whether two processes run the same code."""

import hashlib
from pathlib import Path

FOLDERS = (
    *("contracts/ongoza_contracts", "services/core/core", "services/ai/ai", "infra"),
    *("scripts/stack", "scripts/embedded"),  # with what commands and environment they are started
    "scripts/web",
    *(
        f"web/{name}"
        for name in ("api", "app", "client", "features", "messages", "public", "server")
    ),
)
LOCKS = ("requirements.lock", "web/package-lock.json")


def fingerprint(project: Path) -> str:
    """Changes with every file that a process of the stack may have loaded."""
    found = hashlib.sha256()
    for path in sorted(_files(project)):
        found.update(f"{path.relative_to(project)} {path.stat().st_size}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _files(project: Path) -> list[Path]:
    inside = [path for name in FOLDERS for path in (project / name).rglob("*")]
    return [
        *(project / name for name in LOCKS),
        *(path for path in inside if path.is_file() and path.suffix != ".pyc"),
    ]
