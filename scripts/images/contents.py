"""What is in a built image: its packages, of which a list is written, and no secret."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.audit.__main__ import of_this_machine
from scripts.audit.secrets import Finding, scan
from scripts.embedded.errors import CannotRun
from scripts.images.build import tag
from scripts.images.buildah import FOLDER, buildah
from scripts.images.sbom import document

NOT_SCANNED = {".pyc", ".so"}
"""Compiled from what is scanned, or by others."""
EXAMPLES = (
    "botocore/data/*/*/examples-1.json",
    "ecdsa/test_*.py",
    "pyjwt-*.dist-info/METADATA",
    "python_jose-*.dist-info/METADATA",
)
"""Files of packages with invented keys."""


@contextmanager
def mounted(name: str) -> Iterator[Path]:
    """The files of an image, in a copy that is deleted afterwards."""
    container = buildah("from", "--pull=never", tag(name)).strip()
    try:
        yield Path(buildah("mount", container).strip())
    finally:
        buildah("rm", container)


def write_sbom(name: str) -> Path:
    """Writes the image's list of packages beside its storage. Raises CannotRun for a secret."""
    configuration = buildah("inspect", "--type=image", tag(name))
    with mounted(name) as root:
        packages = document(tag(name), json.loads(configuration)["FromImageID"], root)
        found = [*secrets_in(root), *secrets_in_text(configuration)]
    if found:
        raise CannotRun("\n".join([f"{tag(name)} has secrets:", *map(str, found)]))
    target = FOLDER / f"{name}.cdx.json"
    target.write_text(json.dumps(packages, indent=1))
    return target


def size(name: str) -> str:
    return buildah("images", "--format", "{{.Size}}", tag(name)).strip()


def secrets_in(root: Path) -> list[Finding]:
    """In all files but those of Debian's packages."""
    files = (
        path
        for top in root.iterdir()
        if top.name != "usr" and not top.is_symlink()
        for path in (top, *top.rglob("*"))
        if path.suffix not in NOT_SCANNED and not any(map(path.match, EXAMPLES))
    )
    return list(scan(root, files, of_this_machine()))


def secrets_in_text(configuration: str) -> list[str]:
    """In variables, labels and the commands of the history."""
    return [
        "the configuration of the image" for value in of_this_machine() if value in configuration
    ]
