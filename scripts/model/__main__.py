"""The embedding model's committed files. Runs where torch is installed: `make model`."""

import typer
from rich.console import Console

from scripts.model.export import export as write_files

app = typer.Typer(help=__doc__, no_args_is_help=True)
console = Console()


@app.command()
def export() -> None:
    """Write the ONNX graph, the manifest and the golden vectors anew."""
    for path in write_files():
        console.print(f"wrote {path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    app()
