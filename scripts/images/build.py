"""The three images, from the files of this project."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from scripts.images import base
from scripts.images.buildah import FOLDER, buildah, exists, has_overlay, program, require_root

PROJECT = Path(__file__).parents[2]
NAMES = ("web", "core", "ai")
"""In the order in which they are built, two at a time: ai begins with what core has begun with."""
AT_A_TIME = 2
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
"""Of this machine: mounted while an image is built, part of none."""
MOUNTED = "/run/certificates.crt"


def tag(name: str) -> str:
    return f"ongoza/{name}"


def build(names: Iterable[str] = NAMES, *, fresh: bool = False) -> None:
    """Builds these images, and their base if there is none or with `fresh`. Raises CannotRun."""
    require_root()
    for needed in ("debootstrap", "buildah"):
        program(needed)
    if fresh or not exists(base.BASE):
        _timed(base.BASE, base.make)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(lambda name: _timed(tag(name), partial(_build_image, name)), names))


def _timed(what: str, make: Callable[[], None]) -> None:
    began = time.monotonic()
    make()
    print(f"{what}: {time.monotonic() - began:.0f} s", flush=True)


def _build_image(name: str) -> None:
    trusted = []
    if CERTIFICATES.exists():
        volume = f"--volume={CERTIFICATES}:{MOUNTED}:ro"
        trusted = [volume, f"--build-arg=CERTIFICATES={MOUNTED}"]
    layers = ["--layers"] if has_overlay() else []  # what did not change is not built again
    buildah(
        "build",
        "--pull=never",
        "--network=host",
        "--format=docker",
        *layers,
        *trusted,
        f"--tag={tag(name)}",
        f"--file={PROJECT / 'infra' / 'docker' / f'{name}.Dockerfile'}",
        str(PROJECT),
        log=FOLDER / f"{name}.log",
    )
