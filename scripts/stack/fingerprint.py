"""Whether two processes run the same code."""

import hashlib
from pathlib import Path

FOLDERS = (
    "contracts/ongoza_contracts",
    "ops/ongoza_ops",
    "services/core/core",
    "services/ai/ai",
    # how they are started
    "infra",
    "scripts/stack",
    "scripts/embedded",
    "scripts/web",
    # the web client
    "web/api",
    "web/app",
    "web/client",
    "web/features",
    "web/messages",
    "web/public",
    "web/server",
)
FILES = (
    "requirements.lock",
    "scripts/observe.py",
    "web/next.config.ts",
    "web/package-lock.json",
    "web/package.json",
    "web/proxy.ts",
)


def fingerprint(project: Path) -> str:
    """Changes with every file that a process of the stack may have loaded."""
    inside = [path for name in FOLDERS for path in (project / name).rglob("*")]
    loaded = [path for path in inside if path.is_file() and path.suffix != ".pyc"]
    found = hashlib.sha256()
    for path in sorted([*(project / name for name in FILES), *loaded]):
        found.update(f"{path.relative_to(project)} {path.stat().st_size}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
