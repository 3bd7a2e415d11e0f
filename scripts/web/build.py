"""Builds the web client once for each state of its files, and serves what was built."""

import fcntl
import hashlib
import os
import shutil
from pathlib import Path
from typing import NoReturn

from scripts.web.node import ENVIRONMENT, NODE, install, run

WEB = Path(__file__).parents[2] / "web"
STANDALONE = WEB / ".next" / "standalone"
STAMP = STANDALONE / ".built-from"
NOT_SOURCES = {"node_modules", ".next", "codegen", "tests"}
BUILD_SECONDS = 900


def build() -> bool:
    """Returns whether there was anything to build. Raises Failed."""
    with (WEB / ".build.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        sources = sources_hash()
        if STAMP.exists() and STAMP.read_text() == sources:
            return False
        install(WEB)
        run([NODE, "node_modules/next/dist/bin/next", "build"], WEB, BUILD_SECONDS)
        for source, target in (
            (WEB / ".next" / "static", STANDALONE / ".next" / "static"),
            (WEB / "public", STANDALONE / "public"),
        ):
            shutil.copytree(source, target, dirs_exist_ok=True)
        STAMP.write_text(sources)
        return True


def sources_hash() -> str:
    """Changes with every file that the build reads."""
    found = hashlib.sha256()
    for folder, names, files in os.walk(WEB):
        names[:] = sorted(name for name in names if name not in NOT_SOURCES)
        for name in sorted(files):
            path = Path(folder, name)
            if name == "next-env.d.ts" or name.endswith((".tsbuildinfo", ".lock")):
                continue  # written by the build
            found.update(f"{path.relative_to(WEB)} {path.stat().st_size}\n".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


def serve(host: str, port: int) -> NoReturn:
    """Becomes the server."""
    environment = {**ENVIRONMENT, "HOSTNAME": host, "PORT": str(port), "NODE_ENV": "production"}
    os.execve(NODE, [NODE, str(STANDALONE / "server.js")], environment)  # noqa: S606
