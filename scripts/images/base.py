"""The base of all images, made by debootstrap from the mirrors of this machine."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scripts.embedded.errors import CannotRun
from scripts.images.buildah import FOLDER, buildah, program, run

RELEASE = "bookworm"
BASE = f"debian:{RELEASE}-slim"
"""As the Dockerfiles name it. A registry's image of this name is made in the same way."""
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
DPKG = """\
force-unsafe-io
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/man/*
"""
LEFT_OVER = (
    "usr/share/info",
    "usr/share/locale",
    "usr/share/man",
    "var/log",
    "var/cache/apt",
    "var/lib/apt/lists",
)


@dataclass(frozen=True)
class Source:
    """One line of apt's sources."""

    address: str
    suite: str
    component: str

    def __str__(self) -> str:
        return f"deb {self.address} {self.suite} {self.component}"


def make() -> None:
    """Replaces the image of this name. Raises CannotRun."""
    folder, log = FOLDER / "base", FOLDER / "base.log"
    shutil.rmtree(folder, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    sources = machine_sources()
    (archive,) = (one for one in sources if one.suite == RELEASE and one.component == "main")
    command = [program("debootstrap"), "--variant=minbase", f"--keyring={KEYRING}"]
    run([*command, RELEASE, str(folder), archive.address], log)
    slim_down(folder)
    lines = "".join(f"{source}\n" for source in sources)
    (folder / "etc" / "apt" / "sources.list").write_text(lines)
    dockerfile = FOLDER / "base.Dockerfile"
    dockerfile.write_text('FROM scratch\nADD . /\nCMD ["bash"]\n')
    buildah("build", "--quiet", "--tag", BASE, "--file", str(dockerfile), str(folder))
    shutil.rmtree(folder)


def machine_sources() -> list[Source]:
    """Debian's archives as apt knows them here: the release, its updates and security."""
    wanted = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(CODENAME) $(ORIGIN)"
    command = ["apt-get", "indextargets", "--format", wanted, "Created-By: Packages"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")  # noqa: S603
    rows = [line.split() for line in lines if line.endswith(" Debian")]
    found = [
        Source(address, codename, component)
        for address, _, component, codename, _ in rows
        if codename.startswith(RELEASE)
    ]
    if not any(one.suite == RELEASE and one.component == "main" for one in found):
        raise CannotRun(f"apt knows no mirror of Debian {RELEASE} here: run apt-get update first")
    return sorted(set(found), key=str)


def slim_down(folder: Path) -> None:
    """Deletes documents, languages and what apt fetched. dpkg will leave out the first two, and
    not wait for the disk, as in the registry's image."""
    (folder / "etc" / "dpkg" / "dpkg.cfg.d" / "slim").write_text(DPKG)
    for name in LEFT_OVER:
        for path in (folder / name).iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in sorted((folder / "usr" / "share" / "doc").rglob("*"), reverse=True):
        if path.is_symlink() or (path.is_file() and path.name != "copyright"):
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
