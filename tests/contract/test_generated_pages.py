"""Generated files are what the code says, and `make check` names those that are not."""

from pathlib import Path

import pytest
import typer

from scripts import pages


@pytest.mark.parametrize("path", pages.files(), ids=lambda path: path.name)
def test_the_committed_file_is_what_the_code_says(path: Path) -> None:
    assert path.read_text() == pages.files()[path]


def test_files_that_differ_or_are_missing_are_named_and_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, changed, missing = (tmp_path / name for name in ("good.md", "changed.md", "missing.md"))
    good.write_text("right")
    changed.write_text("old")
    expected = {good: "right", changed: "new", missing: "also new"}
    monkeypatch.setattr(pages, "files", lambda: expected)
    with pytest.raises(typer.Exit) as failure:
        pages.check()
    assert failure.value.exit_code == 1
    printed = capsys.readouterr().out
    assert [path.name in printed for path in expected] == [False, True, True]
    pages.write()
    pages.check()
    assert [path.read_text() for path in expected] == ["right", "new", "also new"]
