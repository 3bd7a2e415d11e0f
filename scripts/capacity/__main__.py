"""Write docs/capacity.md from what was measured, or measure again."""

import json
import os
import platform
from datetime import UTC, datetime
from typing import Annotated

import psutil
import typer

from scripts.capacity import measure as measuring
from scripts.capacity.page import MEASURED, PAGE, render

app = typer.Typer(help=__doc__, invoke_without_command=True)


@app.callback()
def write(context: typer.Context) -> None:
    """Without a command: write the page from what was measured."""
    if context.invoked_subcommand is None:
        PAGE.write_text(render())


@app.command()
def measure(
    part: Annotated[str, typer.Option(help=f"One of {', '.join(measuring.PARTS)}; else all.")] = "",
) -> None:
    """Measure what learners cost, on servers of its own, and store it in the committed file.

    Takes minutes. Nothing else should run on the machine.
    """
    if part and part not in measuring.PARTS:
        raise typer.BadParameter(f"no such part: {part}")
    for name in [part] if part else measuring.PARTS:
        stored = json.loads(MEASURED.read_text()) if MEASURED.exists() else {}
        stored[name] = {
            "measured_on": datetime.now(UTC).date().isoformat(),
            "command": f"python -m scripts.capacity measure --part {name}",
            "machine": _machine(),
            **measuring.PARTS[name](),
        }
        MEASURED.write_text(json.dumps(stored, indent=1) + "\n")
        print(f"measured {name}")


def _machine() -> dict[str, object]:
    return {
        "processors": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    app()
