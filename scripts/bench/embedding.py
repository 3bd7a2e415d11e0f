"""Measures of the encoder and of search."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ai.kit.vectors import Matrix
from scripts.bench.report import Line
from scripts.bench.running import Size, ask, bench_stack, in_turns, median_of, model_python
from scripts.bench.texts import catalogue_texts

TOP = 10
FILL_SECONDS = 1200
FLOOR_SECONDS = 400
QUERIES = 200


def embed(size: Size) -> list[Line]:
    texts = catalogue_texts()
    python = model_python()
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = (Path(folder) / f"{name}.npy" for name in ("ours", "theirs"))
        products, floors = in_turns(
            lambda: ask("embed_product", ours, given=texts),
            lambda: ask("embed_floor", theirs, given=texts, python=python, patience=FLOOR_SECONDS),
            size.rounds,
        )
        one, other = np.load(ours), np.load(theirs)
    note = f"{len(texts)} texts through the queue; sentence-transformers, one thread or every core"
    rate = median_of(products, "per_second")
    compared = [
        ("embedding, bulk", "texts/s", rate, median_of(floors, "polled"), 2.2, True),
        ("embedding, bulk, sorted", "texts/s", rate, median_of(floors, "sorted"), 1.1, True),
        (
            *("embedding, a short text, p50", "ms", median_of(products, "single_p50_ms")),
            *(median_of(floors, "single_p50_ms"), 0.6, False),
        ),
    ]
    alone = max(one["alone"] for one in products)
    return [
        *(
            Line(
                measure=measure,
                unit=unit,
                product=product,
                floor=floor,
                goal=goal,
                at_least=at_least,
                note=note,
            )
            for measure, unit, product, floor, goal, at_least in compared
        ),
        _agreement("embedding, least cosine", float((one * other).sum(axis=1).min()), 0.9999),
        _agreement(f"embedding, same first {TOP}", _same_first(one, other), 0.999),
        Line(
            measure="embedding, alone or among others",
            unit="",
            product=alone,
            goal=1e-6,
            at_least=False,
            note="the greatest difference of one number of a vector",
        ),
    ]


def _agreement(measure: str, found: float, goal: float) -> Line:
    return Line(measure=measure, unit="", product=found, goal=goal, at_least=True, note="same run")


def _same_first(one: Matrix, other: Matrix) -> float:
    """Of each text's nearest others, the share that both sides name, 0 to 1."""
    first, second = (
        np.argsort(-(rows @ rows.T), axis=1, kind="stable")[:, : TOP + 1] for rows in (one, other)
    )
    shared = [len(np.intersect1d(*pair)) for pair in zip(first, second, strict=True)]
    return float(np.mean(shared)) / (TOP + 1)


def search(size: Size) -> list[Line]:
    """In a database of its own: nothing of the product's is that large."""
    with bench_stack("postgres-vector", "migrate-ai") as stack:
        return [line for count in size.searched for line in _searched(stack.environment, count)]


def _searched(environment: dict[str, str], count: int) -> Iterator[Line]:
    filled = ask("search_fill", count, environment=environment, patience=FILL_SECONDS)
    found = ask("search_product", QUERIES, environment=environment, patience=FILL_SECONDS)
    for name, one in found.items():
        note = (
            f"{one['found']} or more of 10 found; p99 {one['p99_ms']:.1f} ms, with the way there "
            f"{one['asked_p50_ms']:.1f} ms; index made in {filled['seconds']:.0f} s"
        )
        yield Line(
            measure=f"search {count:,}, {name}, p50 in the database",
            unit="ms",
            product=one["p50_ms"],
            goal=4,
            at_least=False,
            note=note,
        )
        yield Line(
            measure=f"search {count:,}, {name}, recall@10",
            unit="",
            product=one["recall"],
            goal=0.98 if name == "plain" else 0.97,
            at_least=True,
            note=note,
        )
