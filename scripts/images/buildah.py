"""Debian's buildah with its storage in a folder of this project, which `make reset` deletes."""

import atexit
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from scripts.embedded.errors import CannotRun

FOLDER = Path(__file__).parents[2] / ".local" / "images"
OUTSIDE = Path("/var/lib/containers")
"""Where buildah keeps a cache for registries, whatever its storage is."""


def program(name: str) -> str:
    """The path of a program of Debian's package of the same name. Raises CannotRun."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        raise CannotRun(f"{name} is not installed (on Debian: apt-get install {name})")
    return found


def require_root() -> None:
    if os.geteuid() != 0:
        raise CannotRun("images are built as root: debootstrap and chroot need it")


def run(command: Sequence[str], log: Path | None = None) -> str:
    """Returns what the command prints; with `log` that goes there. Raises CannotRun with its end.

    Files are readable by all accounts, as the containers' own account needs it."""
    done = subprocess.run(  # noqa: S603
        command,
        stdout=log.open("w") if log else subprocess.PIPE,
        stderr=subprocess.STDOUT if log else subprocess.PIPE,
        text=True,
        check=False,
        umask=0o022,
        env=_environment(),
    )
    if done.returncode:
        said = log.read_text(errors="replace") if log else f"{done.stdout}{done.stderr}"
        where = f"\n(log: {log})" if log else ""
        raise CannotRun(f"{' '.join(command[:8])} failed:\n{said[-3000:]}{where}")
    return done.stdout or ""


def _environment() -> dict[str, str]:
    """With the isolation that works everywhere, also inside another container."""
    return {
        **os.environ,
        "BUILDAH_ISOLATION": "chroot",
        "TMPDIR": str(FOLDER / "tmp"),
        "DEBIAN_FRONTEND": "noninteractive",
    }


@cache
def has_overlay() -> bool:
    """Whether the kernel takes overlay here: a build takes half the time of vfs, which copies."""
    try:
        run([program("buildah"), *_storage("overlay"), "info"])
    except CannotRun:
        return False
    return True


def _storage(driver: str) -> list[str]:
    places = [f"--root={FOLDER / 'storage'}", f"--runroot={FOLDER / 'run'}"]
    if driver == "overlay":  # leave no mount behind
        places.append("--storage-opt=overlay.skip_mount_home=true")
    return [f"--storage-driver={driver}", *places]


def buildah(*arguments: str, log: Path | None = None) -> str:
    (FOLDER / "tmp").mkdir(parents=True, exist_ok=True)
    _delete_outside_at_exit()
    storage = _storage("overlay" if has_overlay() else "vfs")
    return run([program("buildah"), *storage, *arguments], log)


@cache
def _delete_outside_at_exit() -> None:
    """Unless it was there before. Not after each call, of which two may be under way."""
    if not OUTSIDE.exists():
        atexit.register(shutil.rmtree, OUTSIDE, ignore_errors=True)


def exists(image: str) -> bool:
    return bool(buildah("images", "--quiet", "--filter", f"reference={image}").strip())
