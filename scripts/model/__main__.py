"""The embedding model's committed files. Runs where torch is installed: `make model`."""

import typer
from rich.console import Console
from transformers.utils.logging import (  # type: ignore[import-not-found]
    disable_progress_bar,
)

from scripts.model.check import results, table
from scripts.model.export import export as write_files

app = typer.Typer(help=__doc__, no_args_is_help=True)
console = Console()


@app.callback()
def quiet() -> None:
    disable_progress_bar()


@app.command()
def export() -> None:
    """Write the ONNX graph, the manifest and the golden vectors again."""
    for path in write_files():
        console.print(f"wrote {path.name}: {path.stat().st_size:,} bytes")


@app.command()
def check() -> None:
    """Fail unless the committed files are sentence-transformers' model, to the last text."""
    found = list(results())
    console.print(table(found))
    if not all(one.met for one in found):
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
