"""Every process and tool of ai: `python -m ai <command>`."""

import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from ai.kit.private_output import make_output_private
from ai.kit.settings import SettingsError
from ongoza_ops.garbage import no_collections

MODULES = {
    "serve": "ai.app",
    "worker": "ai.worker",
    "migrate": "ai.migrate",
    "rebuild": "ai.rebuild.command",
    "reconcile": "ai.reconcile.command",
    "erasure": "ai.erasure.command",
    "parked": "ai.operations.command",
    "unerase": "ai.operations.unerase",
    "forecast": "ai.dashboard.command",
    "learn": "ai.recommendations.command",
    "neighbours": "ai.recommendations.refresh",
}
"""Each module defines its command as `command`, a Typer application."""


class LazyGroup(TyperGroup):
    """Imports only the command that runs, so that the worker does not load FastAPI."""

    def list_commands(self, ctx: object) -> list[str]:
        return [*MODULES]

    def get_command(self, ctx: object, cmd_name: str) -> Any:
        if cmd_name not in MODULES:
            return None
        with no_collections():
            command = typer.main.get_command(import_module(MODULES[cmd_name]).command)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=LazyGroup,
    help=__doc__,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def group() -> None:
    """Typer needs a callback to build a group without commands of its own."""


def main() -> None:
    make_output_private()
    # Before numpy is imported: for products of the sizes used here its threads only wait for each
    # other, at twice the processor time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except SettingsError as error:
        sys.exit(f"ai cannot start. {error}")


if __name__ == "__main__":
    main()
