"""Secrets are found where they are planted, and no data is not taken for no vulnerability."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.audit import __main__ as audit
from scripts.audit import packages
from scripts.audit.__main__ import PROJECT, of_this_machine, tree
from scripts.audit.packages import Outcome, judge_npm_audit, judge_pip_audit
from scripts.audit.secrets import Finding, scan

PLANTED = {
    "private key": "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 2,
    "AWS access key": "AKIA" + "QWERTYUIOPASDFGH",
    "GitHub token": "ghp_" + "a1B2" * 9,
    "Google API key": "AIza" + "Sy4Ff" * 7,
    "npm token": "npm_" + "a1B2" * 9,
    "PyPI token": "pypi-AgEI" + "cHlwaS5v" * 8,
    "Slack token": "xoxb-" + "123456789012-abcdefGHIJ12",
    "Stripe key": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "signed token": ".".join(("eyJ" + "hbGciOiJIUzI1NiJ9", "eyJ" + "1c2VyX2lkIjo3fQ00", "s" * 43)),
    "address with a password": "postgres://ongoza:" + "correct-horse-battery@db/ongoza",
}
"""Invented, and in two parts each, so that this file has none."""


@pytest.mark.parametrize(("kind", "text"), PLANTED.items(), ids=PLANTED)
def test_a_planted_secret_is_found_with_its_place(tmp_path: Path, kind: str, text: str) -> None:
    file = tmp_path / "settings.py"
    file.write_text(f"# ours\nVALUE = '{text}'\n")
    assert list(scan(tmp_path, [file])) == [Finding("settings.py", 2, kind)]


def test_a_secret_of_this_machine_is_found_by_its_value(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_bytes(b"\x00\nwith: plain-but-secret\n")
    assert list(scan(tmp_path, [file])) == []
    found = list(scan(tmp_path, [file], ["plain-but-secret"]))
    assert found == [Finding("notes", 2, "a secret of this machine")]


def test_a_setting_beside_the_generated_secrets_is_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The head of infra/compose.yml asks for some in this file."""
    local = tmp_path / "env"
    local.write_text("DB_PASSWORD=generated\nEMAIL_HOST=localhost\nEMAIL_HOST_PASSWORD=\n")
    monkeypatch.setattr(audit, "LOCAL", local)
    assert of_this_machine() == ["generated"]


def test_the_command_fails_with_the_place_of_a_secret(tmp_path: Path) -> None:
    """In a repository of its own, in a file that is not committed yet."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)  # noqa: S603, S607
    (tmp_path / "settings.py").write_text(PLANTED["Stripe key"])
    (tmp_path / ".gitignore").write_text("ignored\n")
    (tmp_path / "ignored").write_text(PLANTED["Stripe key"])
    code = (
        "import sys; from pathlib import Path; import scripts.audit.__main__ as audit;"
        f"audit.PROJECT = Path({str(tmp_path)!r}); sys.argv[1:] = ['secrets'];"
        "sys.exit(audit.main())"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 1
    assert done.stdout == "settings.py:1: Stripe key\nsecrets: 1 in 2 files\n"


def test_no_committed_file_has_a_secret() -> None:
    files = tree(PROJECT)
    assert len(files) > 1000
    assert sorted(scan(PROJECT, files, of_this_machine())) == []


def pip_report(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


CLEAN: dict[str, object] = {"name": "six", "version": "1.17.0", "vulns": []}
SKIPPED: dict[str, object] = {
    "name": "pytz",
    "skip_reason": "Dependency not found and could not be audited",
}
VULNERABLE: dict[str, object] = {
    "name": "jinja2",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-2019-217"}],
}


@pytest.mark.parametrize(
    ("report", "outcome"),
    [
        (pip_report(CLEAN), Outcome.CLEAN),
        (pip_report(CLEAN, SKIPPED), Outcome.UNKNOWN),
        (pip_report(SKIPPED, VULNERABLE), Outcome.FOUND),
        (pip_report(), Outcome.UNKNOWN),
        ("", Outcome.UNKNOWN),
        ("Traceback", Outcome.UNKNOWN),
    ],
)
def test_packages_without_data_are_not_called_clean(report: str, outcome: Outcome) -> None:
    judged, lines = judge_pip_audit(report)
    assert judged is outcome
    assert bool(lines) == (outcome is not Outcome.CLEAN)


@pytest.mark.parametrize(
    ("report", "outcome"),
    [
        ({"auditReportVersion": 2, "vulnerabilities": {}}, Outcome.CLEAN),
        ({"vulnerabilities": {"next": {"severity": "high"}}}, Outcome.FOUND),
        ({"message": "405 Method Not Allowed", "statusCode": 405, "error": {}}, Outcome.UNKNOWN),
        ([], Outcome.UNKNOWN),
    ],
)
def test_an_answer_of_npm_without_data_is_not_called_clean(
    report: object, outcome: Outcome
) -> None:
    assert judge_npm_audit(json.dumps(report))[0] is outcome


def test_a_tool_that_takes_too_long_is_not_called_a_finding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_answer(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, packages.SECONDS)

    monkeypatch.setattr(subprocess, "run", no_answer)
    assert [one() for one in packages.AUDITS] == [Outcome.UNKNOWN, Outcome.UNKNOWN]
