"""Generate what is published of the contracts (JSON Schemas, AsyncAPI); check what is committed."""

import json
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import yaml

from ongoza_contracts.topics import FACT_TYPES, TOPICS
from scripts.contracts import sunsets
from scripts.contracts.asyncapi import asyncapi
from scripts.contracts.compatibility import breaks
from scripts.contracts.corpus import corpus
from scripts.contracts.examples import bad_examples, missing_examples
from scripts.contracts.history import not_remembered, remember
from scripts.contracts.needs import load, unlisted, unmet
from scripts.contracts.packages import build
from scripts.contracts.schemas import schemas
from scripts.contracts.site import pages

CONTRACTS = Path(__file__).parents[2] / "contracts"

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.command()
def write(contracts: Annotated[Path, typer.Option()] = CONTRACTS) -> None:
    """Write schemas/, corpus/, asyncapi.yaml and missing examples; publish changed schemas.

    Nothing is written of a change that breaks what was published.
    """
    if problems := [*broken(contracts), *sunsets.too_early(contracts, schemas())]:
        _fail(problems)
    for path, text in missing_examples(contracts):
        _write(path, text)
        print(f"wrote {path.relative_to(contracts)}: put better values in it")
    for path, text in published(contracts).items():
        _write(path, text)
        print(f"wrote {path.relative_to(contracts)}")
    for path in remember(contracts, schemas()):
        print(f"published {path.relative_to(contracts)}")


@app.command()
def site(
    folder: Annotated[Path, typer.Argument(help="Where to write the pages.")],
    contracts: Annotated[Path, typer.Option()] = CONTRACTS,
) -> None:
    """Write the catalogue as static pages."""
    needs, _ = load(contracts)
    for name, text in pages(contracts, schemas(), needs).items():
        _write(folder / name, text)
    print(f"open {folder / 'index.html'}")


@app.command()
def packages(
    folder: Annotated[Path, typer.Argument(help="Where to write the packages.")],
    contracts: Annotated[Path, typer.Option()] = CONTRACTS,
) -> None:
    """Build wheels and an npm tarball for other teams."""
    for path in build(contracts, folder.resolve()):
        print(path.name)


@app.command()
def check(contracts: Annotated[Path, typer.Option()] = CONTRACTS) -> None:
    """Fail, saying what differs, unless the committed files are what the classes say."""
    now = schemas()
    needs, problems = load(contracts)
    # The generated files are partly derived from the examples.
    problems += bad_examples(contracts) or differences(contracts)
    problems += [*not_remembered(contracts, now), *sunsets.too_early(contracts, now)]
    problems += [*broken(contracts), *unmet(needs, now), *unlisted(needs)]
    if problems:
        _fail(problems)
    print(f"contracts: {len(TOPICS)} topics, {len(FACT_TYPES)} facts: schemas and examples agree")


def broken(contracts: Path) -> Iterator[str]:
    """Where the present schemas break published ones, and which teams it hurts."""
    needs, _ = load(contracts)
    yield from map(str, breaks(contracts, schemas(), needs))


def _fail(problems: list[str]) -> NoReturn:
    print("\n".join(problems))
    raise typer.Exit(1)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def published(contracts: Path) -> dict[Path, str]:
    """Every generated file and its text."""
    files = {
        contracts / "schemas" / f"{name}.json": json.dumps(schema, indent=2) + "\n"
        for name, schema in schemas().items()
    }
    files |= {contracts / "corpus" / name: text for name, text in corpus(contracts).items()}
    files[contracts / "asyncapi.yaml"] = yaml.safe_dump(asyncapi(), sort_keys=False, width=100)
    return files


def differences(contracts: Path) -> list[str]:
    """One unified diff for each generated file that is missing, different or no longer wanted."""
    expected = published(contracts)
    problems = []
    for path, text in expected.items():
        committed = path.read_text() if path.exists() else ""
        if committed != text:
            name = str(path.relative_to(contracts))
            lines = unified_diff(
                committed.splitlines(), text.splitlines(), f"committed {name}", name, lineterm=""
            )
            problems.append("\n".join(lines) + "\nrun `make schemas` if the change is meant")
    left_over = {*(contracts / "schemas").glob("*.json"), *(contracts / "corpus").glob("*.json")}
    return problems + [
        f"{path.parent.name} of no fact: {path.name}" for path in sorted(left_over - set(expected))
    ]


if __name__ == "__main__":
    app()
