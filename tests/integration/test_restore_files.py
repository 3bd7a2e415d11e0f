"""Files and database are put back to different moments: what is missing is refused, never a 500."""

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from scripts.stack.services import BY_NAME
from scripts.stack.stack import Stack
from tests.integration.story import Learner, eventually
from tests.integration.test_restore import STOPS, commands_of, run_in_local_shell
from tests.servers import new_stack

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.postgres]

NAMES = ("postgres-relational", "valkey", "migrate-core", "core", "jobs")
EXPORT = "/api/v1/users/me/export/"


@pytest.fixture(scope="module")
def files_stack() -> Iterator[Stack]:
    stack = new_stack("files")
    try:
        stack.up([BY_NAME[name] for name in NAMES])
        yield stack
    finally:
        stack.down()
        shutil.rmtree(stack.folder, ignore_errors=True)


def sign_up(stack: Stack) -> Learner:
    """On a database that no relay has compared core waits some seconds before it gives ids."""

    def attempt() -> Learner | None:
        try:
            return Learner.signed_up(stack)
        except AssertionError:
            return None

    learner = eventually(attempt)
    assert learner is not None
    return learner


def export(learner: Learner) -> str:
    """Ask for an archive and wait for it; its digest."""
    former = learner.core("GET", EXPORT).json()["sha256"]
    assert learner.core("POST", EXPORT).status_code == 202

    def ready() -> str:
        state = learner.core("GET", EXPORT).json()
        is_new = state["state"] == "ready" and state["sha256"] != former
        return str(state["sha256"]) if is_new else ""

    return eventually(ready)


def download(learner: Learner) -> httpx.Response:
    return learner.core("GET", f"{EXPORT}download/")


def check_gone(learner: Learner) -> None:
    answer = download(learner)
    assert (answer.status_code, answer.json()["code"]) == (410, "file_gone")
    assert "request it again" in answer.json()["detail"]


def check_complete(learner: Learner) -> None:
    answer = download(learner)
    assert answer.status_code == 200
    with ZipFile(BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert "README.txt" in archive.namelist()


def restart(stack: Stack) -> None:
    for name in ("core", "jobs"):
        stack.run(name)


def put_back(copy: Path, folder: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)


def test_files_and_database_of_different_moments_are_no_error(
    files_stack: Stack, tmp_path: Path
) -> None:
    stack, folder = files_stack, files_stack.folder / "files"
    backup, restore = commands_of("core's database", tmp_path / "core.dump")
    copy = tmp_path / "copy"
    learner = sign_up(stack)
    first = export(learner)
    check_complete(learner)
    run_in_local_shell(stack, backup)
    shutil.copytree(folder, copy)
    assert export(learner) != first  # its bytes take the place of the first one's
    # The database is put back, the files are not: a row without bytes, and bytes without a row.
    run_in_local_shell(stack, STOPS[0], *restore)
    restart(stack)
    assert learner.core("GET", EXPORT).json()["sha256"] == first
    check_gone(learner)
    # With the files of the same moment it is there again.
    put_back(copy, folder)
    check_complete(learner)
    # Only the files are put back: the newer archive is lost, and can be made once more.
    export(learner)
    put_back(copy, folder)
    check_gone(learner)
    export(learner)
    check_complete(learner)
