"""Looks for secrets in files and for known vulnerabilities of packages, for `make audit`.

Exit codes: 0, nothing found; 1, something found; 2, the data on vulnerabilities could not be
reached, so nothing is known of them.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from scripts.audit.packages import AUDITS, Outcome
from scripts.audit.secrets import scan
from scripts.stack import secrets

PROJECT = Path(__file__).parents[2]
CODES = ((Outcome.FOUND, 1), (Outcome.UNKNOWN, 2))
LOCAL = PROJECT / ".local" / "env"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.audit", description=__doc__)
    parser.add_argument("what", choices=["all", "secrets"], nargs="?", default="all")
    outcomes = [secrets_outcome()]
    if parser.parse_args().what == "all":
        outcomes += [audit() for audit in AUDITS]
    return next((code for outcome, code in CODES if outcome in outcomes), 0)


def secrets_outcome() -> Outcome:
    """Of the files that are or could be committed, and of this machine's stack."""
    files = tree(PROJECT)
    found = sorted(scan(PROJECT, files, of_this_machine()))
    for one in found:
        print(one)
    print(f"secrets: {len(found) or 'none'} in {len(files)} files")
    return Outcome.FOUND if found else Outcome.CLEAN


def tree(root: Path) -> list[Path]:
    """All files that git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)  # noqa: S603
    return [root / name for name in done.stdout.split("\0") if name]


def of_this_machine() -> list[str]:
    """The values in `.local/env` that `make up` generated, and no settings that others added."""
    known = secrets.read(LOCAL) if LOCAL.exists() else {}
    return [known[name] for name in secrets.MAKERS if name in known]


if __name__ == "__main__":
    sys.exit(main())
