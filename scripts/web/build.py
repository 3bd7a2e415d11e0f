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
BUILT = WEB / ".built"
"""A folder for each state of the files, so that a build leaves alone what is being served."""
KEPT = 3
NOT_SOURCES = {"node_modules", ".next", ".built", "codegen", "tests"}
BUILD_SECONDS = 900


def build() -> bool:
    """Returns whether there was anything to build. Raises Failed."""
    with (WEB / ".build.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        target = BUILT / sources_hash()
        if target.exists():
            return False
        install(WEB)
        run([NODE, "node_modules/next/dist/bin/next", "build"], WEB, BUILD_SECONDS)
        shutil.copytree(WEB / ".next" / "static", STANDALONE / ".next" / "static")
        shutil.copytree(WEB / "public", STANDALONE / "public")
        BUILT.mkdir(exist_ok=True)
        STANDALONE.rename(target)
        _forget_oldest()
        return True


def _forget_oldest() -> None:
    folders = sorted(BUILT.iterdir(), key=lambda folder: folder.stat().st_ctime)
    for folder in folders[:-KEPT]:
        shutil.rmtree(folder)


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
    """Becomes the server of what was built from these files."""
    server = BUILT / sources_hash() / "server.js"
    environment = {**ENVIRONMENT, "HOSTNAME": host, "PORT": str(port), "NODE_ENV": "production"}
    os.execve(NODE, [NODE, str(server)], environment)  # noqa: S606
