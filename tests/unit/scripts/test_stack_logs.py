"""Log files are rotated while they are written, and deleted after their retention."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scripts.stack import logs
from scripts.stack.processes import last_words
from tests.integration.story import eventually

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)


def written(folder: Path, text: str, began: datetime = NOW) -> Path:
    log = folder / "core.log"
    log.write_text(logs.header(began, "python -m core") + text)
    return log


def rotated(log: Path) -> list[Path]:
    return sorted(log.parent.glob(f"{log.name}.*"))


def test_a_large_log_is_rotated_and_its_writer_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST_BYTES", 50)
    log = written(tmp_path, "first\n")
    with log.open("ab") as out:
        command = [sys.executable, "-c", "print('second', flush=True); input(); print('third')"]
        writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out)  # noqa: S603
        eventually(lambda: b"second" in log.read_bytes())
        logs.tidy(tmp_path, NOW)
        writer.communicate(b"\n")
    (copy,) = rotated(log)
    assert copy.read_text().splitlines()[1:] == ["first", "second"]
    assert log.read_bytes() == logs.header(NOW, "continued").encode() + b"third\n"
    assert last_words(log).splitlines()[0] == "third"


def test_a_small_log_is_rotated_when_it_is_old(tmp_path: Path) -> None:
    log = written(tmp_path, "line\n", NOW - timedelta(days=6))
    logs.tidy(tmp_path, NOW)
    assert rotated(log) == []
    logs.tidy(tmp_path, NOW + timedelta(days=2))
    assert len(rotated(log)) == 1
    logs.tidy(tmp_path, NOW + timedelta(days=2))
    assert len(rotated(log)) == 1


@pytest.mark.parametrize("header", [logs.header(NOW, "continued"), "=== 2026-11-30T08:00:00 ===\n"])
def test_a_log_is_as_old_as_its_first_header(tmp_path: Path, header: str) -> None:
    """Even if its writer wrote a line before it, or if it names no time zone."""
    log = tmp_path / "core.log"
    log.write_text(f"line\n{header}line\n{logs.header(NOW + timedelta(days=9), 'again')}")
    logs.tidy(tmp_path, NOW + timedelta(days=6))
    assert rotated(log) == []
    logs.tidy(tmp_path, NOW + timedelta(days=9))
    assert len(rotated(log)) == 1


def test_rotated_logs_are_deleted_after_their_retention(tmp_path: Path) -> None:
    log = written(tmp_path, "")
    for number, age in enumerate((31, 29)):
        copy = tmp_path / f"core.log.{number}"
        copy.touch()
        time = (NOW - timedelta(days=age)).timestamp()
        os.utime(copy, (time, time))
    logs.tidy(tmp_path, NOW)
    assert [one.name for one in rotated(log)] == ["core.log.1"]


def test_no_more_rotated_logs_are_stored_than_ten(tmp_path: Path) -> None:
    copies = [tmp_path / f"core.log.20261130T{number:06}" for number in range(12)]
    for copy in copies:
        copy.touch()
    assert logs.outdated(copies, NOW) == copies[:2]


def test_a_log_stays_as_it_is_when_there_is_no_room_for_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_text("a part")
        raise OSError(28, "No space left on device")

    log = written(tmp_path, "line\n")
    before = log.read_text()
    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space"):
        logs.rotate(log, NOW)
    assert (log.read_text(), rotated(log)) == (before, [])


def test_a_file_without_a_header_is_left_to_its_size(tmp_path: Path) -> None:
    log = tmp_path / "core.log"
    log.write_text("2020-01-01 a line of something else\n")
    logs.tidy(tmp_path, NOW)
    assert rotated(log) == []


def test_a_log_that_cannot_be_rotated_holds_up_neither_deleting_nor_other_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_for_ai(source: Path, target: Path) -> None:
        if source.name == "ai.log":
            raise OSError(28, "No space left on device")
        copyfile(source, target)

    copyfile = shutil.copyfile
    core = written(tmp_path, "line\n", NOW - timedelta(days=8))
    ai = core.rename(tmp_path / "ai.log")
    core = written(tmp_path, "line\n", NOW - timedelta(days=8))
    expired = tmp_path / "ai.log.20260101T000000"
    expired.touch()
    os.utime(expired, (0, 0))
    monkeypatch.setattr(shutil, "copyfile", full_for_ai)
    with pytest.raises(ExceptionGroup) as caught:
        logs.tidy(tmp_path, NOW)
    assert [type(error) for error in caught.value.exceptions] == [OSError]
    assert (rotated(ai), len(rotated(core))) == ([], 1)
