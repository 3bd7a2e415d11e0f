"""Images without a registry and without an engine, for `make images`."""

import sys
from typing import Annotated

import typer

from scripts.embedded.errors import CannotRun
from scripts.images.build import NAMES, tag
from scripts.images.build import build as build_images
from scripts.images.contents import size, write_sbom

app = typer.Typer(help=__doc__)


@app.command()
def build(
    names: Annotated[list[str] | None, typer.Argument(help="core, ai, web; else all.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Also make the base again.")] = False,
) -> None:
    """Build the images from this folder's files."""
    chosen = names or list(NAMES)
    try:
        build_images(chosen, fresh=fresh)
        for name in chosen:
            print(f"{tag(name)}: {size(name)}, packages in {write_sbom(name)}")
    except CannotRun as error:
        sys.exit(str(error))


if __name__ == "__main__":
    app()
