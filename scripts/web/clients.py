"""The typed clients of core and ai, generated from their OpenAPI documents."""

import filecmp
import json
import os
import shutil
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any

import django

from scripts.web.build import WEB
from scripts.web.node import NODE, install, run

CODEGEN = WEB / "codegen"
API = WEB / "api"


def documents() -> dict[str, dict[str, Any]]:
    """The public documents, without any server."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.typing_settings")
    django.setup()
    from ai.app import create_app
    from ai.kit.settings import Settings
    from core.kit.openapi import PublicDocument

    unused = token_hex(32)  # no request is served
    ai = create_app(Settings(vector_db_password=unused, jwt_secret_key=unused))
    core = PublicDocument().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return {"core": core, "ai": ai.openapi()}


def generate(target: Path) -> None:
    """Writes `core` and `ai` into the folder. Raises Failed."""
    install(CODEGEN)
    folder = CODEGEN / "documents"
    folder.mkdir(exist_ok=True)
    for name, document in documents().items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    run([NODE, "node_modules/@hey-api/openapi-ts/bin/run.js"], CODEGEN)
    for name in documents():
        shutil.rmtree(target / name, ignore_errors=True)
        shutil.copytree(CODEGEN / "generated" / name, target / name)


def outdated() -> list[str]:
    """The committed files that the documents no longer give."""
    with TemporaryDirectory() as folder:
        generate(Path(folder))
        return sorted(_differences(filecmp.dircmp(folder, API)))


def _differences(compared: "filecmp.dircmp[str]") -> list[str]:
    here = [*compared.left_only, *compared.right_only, *compared.diff_files]
    below = [name for one in compared.subdirs.values() for name in _differences(one)]
    return [str(Path(compared.right, name)) for name in here] + below
