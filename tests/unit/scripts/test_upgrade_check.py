"""Which migrations are new, and which of them may break the last release."""

import subprocess
from pathlib import Path

import pytest
import typer

from scripts.upgrade import __main__ as command
from scripts.upgrade.release import (
    UnknownRelease,
    changes_since,
    is_allowed,
    last_release,
)

FOLDER = "service/*/migrations/[0-9]*.sql"


def git(project: Path, *arguments: str) -> str:
    author = ["-c", "user.name=A", "-c", "user.email=a@ongoza.example"]
    done = subprocess.run(  # noqa: S603
        ["git", *author, *arguments],  # noqa: S607
        cwd=project,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def write(project: Path, name: str, text: str) -> Path:
    path = project / "service" / "part" / "migrations" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository whose last release has one migration."""
    git(tmp_path, "init", "--quiet")
    write(tmp_path, "0001_first.sql", "SELECT 1;")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "Release")
    (tmp_path / "RELEASE").write_text(git(tmp_path, "rev-parse", "HEAD") + "\n")
    return tmp_path


def test_migrations_on_disk_since_the_release_are_new(project: Path) -> None:
    committed = write(project, "0002_second.sql", "SELECT 2;")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "-m", "Second")
    on_disk = write(project, "0003_third.sql", "SELECT 3;")
    write(project, "__init__.py", "")
    changes = changes_since(last_release(project), [FOLDER], project)
    assert (changes.added, changes.altered) == ((committed, on_disk), ())


def test_a_migration_of_the_release_must_not_change(project: Path) -> None:
    altered = write(project, "0001_first.sql", "SELECT 2;")
    changes = changes_since(last_release(project), [FOLDER], project)
    assert (changes.added, changes.altered) == ((), (altered,))


def test_a_clone_without_the_release_says_how_to_get_it(project: Path) -> None:
    (project / "RELEASE").write_text("0" * 40)
    with pytest.raises(UnknownRelease, match="git fetch --unshallow"):
        last_release(project)


@pytest.mark.parametrize("release", ["0" * 40, "no commit"])
@pytest.mark.parametrize(("ci", "exit_code"), [("", 0), ("true", 1)])
def test_a_clone_without_the_release_is_not_checked_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    release: str,
    ci: str,
    exit_code: int,
) -> None:
    (project / "RELEASE").write_text(release)
    monkeypatch.setattr(command, "last_release", lambda: last_release(project))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(typer.Exit) as end:
        command.check()
    assert end.value.exit_code == exit_code
    assert capsys.readouterr().out.startswith("migrations: not checked, ")


def test_another_failure_of_git_is_not_taken_for_a_clone_without_the_release(
    monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(UnknownRelease, match="dubious ownership"):
        last_release(project)
    monkeypatch.delenv("GIT_TEST_ASSUME_DIFFERENT_OWNER")
    (project / "RELEASE").write_text("no commit")
    with pytest.raises(UnknownRelease, match="no commit"):
        last_release(project)


def test_a_contraction_names_a_release_that_is_the_last_or_older(project: Path) -> None:
    first = last_release(project)
    git(project, "commit", "--quiet", "--allow-empty", "-m", "Next")
    later = git(project, "rev-parse", "HEAD")
    line = "-- allowed after {}: nobody reads the column since then"
    assert is_allowed(line.format(first), first, project)
    assert is_allowed(line.format(first[:10]), later, project)
    assert is_allowed(line.format(first).replace("--", "    #"), later, project)
    assert not is_allowed(line.format(later), first, project)
    assert not is_allowed(line.format("0" * 40), later, project)
    assert not is_allowed(f"-- allowed after {first}: short", first, project)
    assert not is_allowed("DROP TABLE report;", first, project)
