"""The base and the list of packages, without building anything."""

import json
from pathlib import Path

import pytest

from scripts.embedded.errors import CannotRun
from scripts.embedded.private import close_to_others
from scripts.images import base
from scripts.images.build import NAMES, PROJECT
from scripts.images.buildah import program
from scripts.images.contents import secrets_in
from scripts.images.sbom import document
from scripts.stack.__main__ import OWN
from tests.unit.scripts.test_audit import PLANTED

DPKG = """\
Package: libc6
Status: install ok installed
Version: 2.36-9+deb12u10

Package: removed
Status: deinstall ok config-files
Version: 1
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The files of an image as far as they are read."""
    files = {
        "var/lib/dpkg/status": DPKG,
        "venv/lib/python3.11/site-packages/Django-5.2.dist-info/METADATA": (
            "Metadata-Version: 2.4\nName: Django\nVersion: 5.2\nLicense-Expression: BSD-3-Clause\n"
            "\nName: of the description\n"
        ),
        "usr/local/bin/node": "",
        "app/node_modules/next/package.json": '{"name": "next", "version": "16.4.6"}',
        "app/node_modules/next/dist/package.json": '{"type": "commonjs"}',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_packages_of_debian_python_and_npm_are_listed(root: Path) -> None:
    listed = document("ongoza/web", "sha256:1", root)
    assert listed["metadata"]["component"]["name"] == "ongoza/web"
    found = {one["purl"]: one for one in listed["components"]}
    assert found["pkg:deb/debian/libc6@2.36-9%2Bdeb12u10"]["name"] == "libc6"
    assert found["pkg:pypi/django@5.2"]["licenses"] == [{"expression": "BSD-3-Clause"}]
    assert "pkg:npm/next@16.4.6" in found
    assert "pkg:npm/ioredis@6.0.0" in found  # bundled, so only the lock knows it
    assert "pkg:npm/%40types/node@24.10.1" not in found  # of the build alone
    assert not any("removed" in address for address in found)
    assert [one["purl"] for one in listed["components"]] == sorted(found)


def test_an_image_without_node_has_no_packages_of_npm(root: Path) -> None:
    (root / "usr/local/bin/node").unlink()
    assert "npm" not in json.dumps(document("ongoza/core", "sha256:1", root)["components"])


def test_a_secret_in_an_image_is_found(root: Path) -> None:
    assert secrets_in(root) == []
    for name in ("app/settings", "settings"):
        (root / name).write_text(PLANTED["GitHub token"])
    found = sorted((one.path, one.kind) for one in secrets_in(root))
    assert found == [("app/settings", "GitHub token"), ("settings", "GitHub token")]


def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(CannotRun, match="no-such-builder is not installed"):
        program("no-such-builder")


def test_every_image_begins_with_the_base_that_is_made_here() -> None:
    for name in NAMES:
        lines = (PROJECT / "infra" / "docker" / f"{name}.Dockerfile").read_text().splitlines()
        stages = {line.split()[3] for line in lines if line.startswith("FROM") and " AS " in line}
        bases = {line.split()[1] for line in lines if line.startswith("FROM")} - stages
        assert bases == {base.BASE}, name


def test_reset_deletes_images_and_up_leaves_their_files_as_they_are(tmp_path: Path) -> None:
    assert "images" in OWN
    paths = [tmp_path / "images" / "storage" / "passwd", tmp_path / "logs" / "core.log"]
    for path in paths:
        path.parent.mkdir(parents=True)
        path.touch()
        path.chmod(0o644)
    close_to_others(tmp_path)
    assert [path.stat().st_mode & 0o777 for path in paths] == [0o644, 0o600]
