"""The browser of the tests: Debian's, or the one that Playwright downloads."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

APT = ("apt-get", "install", "--yes", "--no-install-recommends", "chromium")
DOWNLOAD_SECONDS = 600


def find() -> str | None:
    """The path of an installed Chromium."""
    if installed := shutil.which("chromium") or shutil.which("chromium-browser"):
        return installed
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def get() -> str | None:
    """As `find`, after an attempt to install one: by apt as root, else by Playwright."""
    if found := find():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        update = subprocess.run(["apt-get", "update", "--quiet"], check=False, capture_output=True)  # noqa: S607
        command: tuple[str, ...] = APT if update.returncode == 0 else ()
    else:
        command = (sys.executable, "-m", "playwright", "install", "chromium")
    with suppress(subprocess.TimeoutExpired):
        if command:
            subprocess.run(  # noqa: S603
                command,
                check=False,
                capture_output=True,
                timeout=DOWNLOAD_SECONDS,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )
    return find()
