"""docs/configuration.md has every variable, and a misspelled one is named at start."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ongoza_contracts.http.configuration import unknown_variables
from scripts.configuration import PAGE, PROJECT

ON_THE_PAGE = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", PAGE.read_text(), re.MULTILINE))
OF_OTHERS = {
    *("PATH", "CI", "OPENBLAS_NUM_THREADS", "JAVA_HOME", "UVICORN_PORT"),
    *("PROMETHEUS_MULTIPROC_DIR", "PROMETHEUS_FOLDER"),  # set by our own processes for others
}
"""Variables of other software."""
FOLDERS = ("contracts/ongoza_contracts", "services", "infra", "scripts")


def read_in(path: Path) -> Iterator[str]:
    """The names that a module reads from the environment where it writes them out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Subscript):
            where, name = ast.unparse(node.value), node.slice
        elif isinstance(node, ast.Call) and node.args:
            where, name = ast.unparse(node.func), node.args[0]
        else:
            continue
        reads = where.startswith(("os.environ", "os.getenv", "env."))
        if reads and isinstance(name, ast.Constant) and str(name.value).isupper():
            yield str(name.value)


def test_every_variable_that_the_code_reads_is_on_the_page() -> None:
    files = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*.py")]
    read = {name for path in files for name in read_in(path)}
    assert len(read) > 60
    removed = {"FILES_BACKEND", "FILES_OPTIONS"}
    assert read - ON_THE_PAGE - OF_OTHERS - removed == set()


def test_every_variable_of_compose_and_of_web_is_on_the_page() -> None:
    files = sorted((PROJECT / "infra").glob("compose*.yml"))
    texts = "".join(file.read_text() for file in files)
    compose = set(re.findall(r"\$\{([A-Z0-9_]+)", texts))
    web = set(re.findall(r'required\("(\w+)"\)', (PROJECT / "web/server/settings.ts").read_text()))
    passwords = re.compile(r"AWS_\w+|KAFKA_[A-Z_]+_PASSWORD")
    assert len(compose) > 50
    assert len(web) == 3
    assert {one for one in compose | web if not passwords.fullmatch(one)} <= ON_THE_PAGE


def test_passwords_keys_and_tokens_are_shown_as_secrets() -> None:
    kinds = re.findall(r"^\| `([A-Z0-9_]+)` \| ([^|]+) \|", PAGE.read_text(), re.MULTILINE)
    names = re.compile(r"\w+_(PASSWORD|KEY|KEY_PREVIOUS|SECRET|TOKEN|CREDENTIAL)")
    found = {(name, kind) for name, kind in kinds if names.fullmatch(name)}
    assert len(found) > 15
    assert {name for name, kind in found if kind != "secret"} == {"TLS_KEY"}  # a path


def test_variables_that_begin_like_ours_are_known_or_named() -> None:
    known = ["DB_HOST", "JWT_SECRET_KEY", "KAFKA_MY_TEAM_PASSWORD", "DJANGO_SETTINGS_MODULE"]
    others = ["HOME", "DBUS_SESSION_BUS_ADDRESS", "AI_POTR"]
    wrong = ["DB_HOTS", "KAFKA_BOOTSTRAP_SERVER", "WORKER_STUCK"]
    assert unknown_variables([*known, *others, *wrong]) == sorted(wrong)


@pytest.mark.parametrize(
    "command",
    [
        "import django; django.setup()",
        "from ai.kit.settings import load_settings; load_settings()",
    ],
    ids=["core", "ai"],
)
def test_a_process_names_unknown_variables_at_its_start(command: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "tests.typing_settings",
        "JWT_SECRET_KEY": "a-secret-of-more-than-32-bytes-0123456789",
        "VECTOR_DB_PASSWORD": "unused",
        "JWT_SECRET_KYE": "which must not be shown",
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", command],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line for line in done.stderr.splitlines() if "JWT_SECRET_KYE" in line]
    assert done.stderr.count("unknown variable") == 1
    assert "must not be shown" not in done.stderr
