"""The contracts as packages for other teams: two wheels and an npm tarball."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ongoza_contracts.topics import FACT_TYPES, topic_of
from scripts.contracts.schemas import schema
from scripts.web.node import install, npm, run


def build(contracts: Path, folder: Path) -> Iterator[Path]:
    """Writes the packages into the folder and yields their files. Raises Failed."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in (contracts, contracts / "consumers" / "engagement_stats"):
        yield _wheel(source, folder)
    yield _tarball(contracts / "typescript", folder)


def _wheel(source: Path, folder: Path) -> Path:
    out = folder / ".build"
    shutil.rmtree(out, ignore_errors=True)
    run([sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(out)], source)
    (wheel,) = out.glob("*.whl")
    built = wheel.replace(folder / wheel.name)
    shutil.rmtree(out)
    return built


def _tarball(source: Path, folder: Path) -> Path:
    generated = source / "src" / "generated"
    for old in (generated, source / "dist"):
        shutil.rmtree(old, ignore_errors=True)
    generated.mkdir()
    (generated / "catalogue.json").write_text(json.dumps(catalogue()))
    install(source)
    npm(source, "run", "build")
    (packed,) = json.loads(npm(source, "pack", "--json", "--pack-destination", str(folder)))
    return folder / str(packed["filename"])


def catalogue() -> dict[str, dict[str, Any]]:
    """What the TypeScript package has to know of each fact."""
    return {
        name: {
            "name": fact.__name__,
            "topic": topic_of(fact).name,
            "key": fact.key_fields,
            "owner": next(iter(fact.subjects), None),
            "deletion": fact.deletion,
            "schema": schema(fact),
        }
        for name, fact in FACT_TYPES.items()
    }
