"""The browser of the tests: Debian's, or the one that Playwright downloads.

The headless shell is preferred: in place of the whole Chromium it needs about a quarter of the
processor time. It has no notifications."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

SHELL, WHOLE = "chromium-headless-shell", "chromium"
INSTALL_SECONDS = 300


def find(*, whole: bool = False) -> str | None:
    """The path of an installed Chromium; `whole` for one that has notifications."""
    for name in (WHOLE, "chromium-browser") if whole else (SHELL,):
        if installed := shutil.which(name):
            return installed
    if downloaded := _downloaded(whole=whole):
        return downloaded
    return None if whole else find(whole=True)


def get(*, whole: bool = False) -> str | None:
    """As `find`, after an attempt to install one."""
    found = find(whole=whole)
    if found is None:
        install()
        found = find(whole=whole)
    return found


def install() -> None:
    """Install both by apt as root, else by Playwright, as far as that works."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update", "--quiet")
        for package in (WHOLE, SHELL):
            _run("apt-get", "install", "--yes", "--no-install-recommends", package)
    else:
        _run(sys.executable, "-m", "playwright", "install", "chromium")


def _downloaded(*, whole: bool) -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    if whole:
        return str(path) if path.exists() else None
    folder = path.parents[1].name.replace("chromium", "chromium_headless_shell")
    shells = path.parents[2].glob(f"{folder}/*/*headless*shell")
    return next(map(str, sorted(shells)), None)


def _run(*command: str) -> None:
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(  # noqa: S603
            command,
            check=False,
            capture_output=True,
            timeout=INSTALL_SECONDS,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
