"""Builds, serves and checks the web client."""

import os
import sys
from pathlib import Path

import typer

from scripts.embedded.ports import HOST, Ports
from scripts.web import build as building
from scripts.web import chromium
from scripts.web import clients as generated
from scripts.web.node import NODE, Failed, install, run

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.command()
def build() -> None:
    """Build the client, unless it is built from these files."""
    try:
        print("built" if building.build() else "built before")
    except Failed as error:
        sys.exit(str(error))


@app.command()
def serve() -> None:
    """Serve what was built on WEB_PORT."""
    building.serve(HOST, Ports.from_environment().web)


@app.command()
def clients() -> None:
    """Generate the typed clients of both services."""
    generated.generate(generated.API)


@app.command()
def check() -> None:
    """Lint and type the client, run its unit tests, and compare its generated code."""
    install(building.WEB)
    try:
        run([NODE, "node_modules/@biomejs/biome/bin/biome", "ci", "."], building.WEB)
        run([NODE, "node_modules/next/dist/bin/next", "typegen"], building.WEB)
        run([NODE, "node_modules/typescript/bin/tsc", "--incremental", "false"], building.WEB)
        run([NODE, "--test", "tests/*.test.ts"], building.WEB)
    except Failed as error:
        sys.exit(str(error))
    if found := generated.outdated():
        sys.exit("\n".join(["generated from older documents, run `make schemas`:", *found]))
    print("web: linted, typed and tested; the clients agree with both documents")


@app.command(name="browser")
def get_browser() -> None:
    """Install Chromium and its headless shell by apt as root, else by Playwright."""
    if chromium.find(whole=True) in (None, chromium.find()):
        chromium.install()
    print(chromium.find() or sys.exit("no Chromium could be installed"))


@app.command()
def shots(folder: Path = Path(".local/shots")) -> None:
    """Write pictures of every page of a running stack with its demo data."""
    from scripts.web.browsing import NoBrowser
    from scripts.web.shots import take

    ports, password = Ports.from_environment(), os.environ["DEMO_PASSWORD"]
    try:
        print(f"{take(f'http://{HOST}:{ports.web}', password, folder)} pictures in {folder}")
    except NoBrowser as error:
        sys.exit(str(error))


if __name__ == "__main__":
    app()
