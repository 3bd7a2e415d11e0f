"""The ports of the running stack, which `up` writes to `run/ports.json` and `down` deletes."""

import json
from dataclasses import asdict
from pathlib import Path

from scripts.embedded.ports import Ports
from scripts.embedded.private import write_private


def _file(folder: Path) -> Path:
    return folder / "run" / "ports.json"


def read(folder: Path) -> Ports | None:
    """None when no stack runs, or one of an earlier release. Another release may write more ports
    or fewer."""
    try:
        found = json.loads(_file(folder).read_text())
    except (FileNotFoundError, json.JSONDecodeError):  # the machine lost its power while writing
        return None
    return Ports(**{name: found[name] for name in asdict(Ports()) if name in found})


def write(folder: Path, ports: Ports) -> None:
    write_private(_file(folder), json.dumps(asdict(ports), indent=1))


def delete(folder: Path) -> None:
    _file(folder).unlink(missing_ok=True)
