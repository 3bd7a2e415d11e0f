"""Known vulnerabilities of the locked packages, by pip-audit and npm.

pip-audit says "No known vulnerabilities found", and ends with 0, for packages of which it got no
data. So the reports are read, not the exit codes.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

from scripts.web.node import ENVIRONMENT, NODE, NPM

PROJECT = Path(__file__).parents[2]
PIP_AUDIT = "pip-audit==2.10.1"
SECONDS = 300


class Outcome(StrEnum):
    CLEAN = "none known"
    UNKNOWN = "UNKNOWN"
    FOUND = "FOUND"


def python_outcome() -> Outcome:
    """Of every package of the lock, those of tests and tools included."""
    audit = [sys.executable, "-m", "uv", "tool", "run", "--quiet", "--from", PIP_AUDIT, "pip-audit"]
    options = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json"]
    report = _output([*audit, *options, "--requirement", "requirements.lock"], PROJECT)
    return _print("Python", judge_pip_audit(report))


def web_outcome() -> Outcome:
    """Of every package of the web client's lock."""
    report = _output([NODE, NPM, "audit", "--json"], PROJECT / "web")
    return _print("npm", judge_npm_audit(report))


AUDITS: tuple[Callable[[], Outcome], ...] = (python_outcome, web_outcome)


def _output(command: list[str], folder: Path) -> str:
    """Empty when the tool takes too long, for instance without a network."""
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=folder, env=ENVIRONMENT, text=True, check=False, timeout=SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def _print(what: str, judged: tuple[Outcome, list[str]]) -> Outcome:
    outcome, lines = judged
    print(f"vulnerabilities of {what} packages: {outcome}")
    for line in lines:
        print(f"  {line}")
    return outcome


def judge_pip_audit(report: str) -> tuple[Outcome, list[str]]:
    """A package without data outweighs those that are clean, but not one that is vulnerable."""
    packages = _parsed(report).get("dependencies", [])
    if not packages:
        return Outcome.UNKNOWN, ["pip-audit gave no report: its data could not be reached"]
    found = [
        f"{one['name']} {one['version']}: {vulnerability['id']}"
        for one in packages
        for vulnerability in one.get("vulns", ())
    ]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    outcome = Outcome.FOUND if found else Outcome.UNKNOWN if skipped else Outcome.CLEAN
    if skipped:
        found.append(f"no data on {len(skipped)} of {len(packages)} packages, {skipped[0]} first")
    return outcome, found


def judge_npm_audit(report: str) -> tuple[Outcome, list[str]]:
    answer = _parsed(report)
    if "vulnerabilities" not in answer:
        said = answer.get("statusCode") or "no report"
        return Outcome.UNKNOWN, [f"npm's data could not be reached: {said}"]
    found = [f"{name}: {one['severity']}" for name, one in answer["vulnerabilities"].items()]
    return (Outcome.FOUND if found else Outcome.CLEAN), found


def _parsed(report: str) -> dict[str, Any]:
    """Empty when the tool did not get as far as a report."""
    try:
        found = json.loads(report)
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
