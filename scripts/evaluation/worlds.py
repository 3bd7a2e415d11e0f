"""Invented interactions of four kinds, to see where which ranking is good.

`python -m scripts.evaluation.worlds FOLDER` writes each as a file for `make evaluate`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from scripts.evaluation.reading import Interaction

SEED = 20261129
TOPICS_LIKED = 2
STRAY = 0.15
"""The share of steps to any topic."""


@dataclass(frozen=True)
class Shape:
    users: int
    topics: int
    of_topic: int
    """Items of a topic; a lower number of an item is more popular."""
    steps: int
    in_order: float
    """The share of steps to the item that follows the one before within its topic."""


WORLDS: Mapping[str, Shape] = {
    "strong-order": Shape(users=600, topics=10, of_topic=20, steps=20, in_order=0.8),
    "no-order": Shape(users=600, topics=10, of_topic=20, steps=20, in_order=0.0),
    "three-steps": Shape(users=2000, topics=10, of_topic=20, steps=3, in_order=0.4),
    "hundred-steps": Shape(users=300, topics=15, of_topic=40, steps=100, in_order=0.3),
}


def invent(name: str, seed: int = SEED) -> list[Interaction]:
    """The interactions of one of WORLDS, the same for the same seed."""
    shape, chance = WORLDS[name], np.random.default_rng(seed)
    shares = 1 / np.arange(1, shape.of_topic + 1) ** 0.8
    shares /= shares.sum()
    # What follows an item is no neighbour of it by number, so that it is not as popular.
    follows = chance.permutation(shape.of_topic)
    return [
        Interaction(f"u{user:05}", f"i{item:04}", 1, at)
        for user in range(shape.users)
        for at, item in enumerate(_walk(shape, shares, follows, chance))
    ]


def _walk(
    shape: Shape,
    shares: np.ndarray[tuple[int], np.dtype[np.float64]],
    follows: np.ndarray[tuple[int], np.dtype[np.int64]],
    chance: np.random.Generator,
) -> list[int]:
    liked = chance.choice(shape.topics, TOPICS_LIKED, replace=False)
    taken: dict[int, None] = {}
    last: int | None = None
    while len(taken) < shape.steps:
        if last is not None and chance.random() < shape.in_order:
            topic, item = divmod(last, shape.of_topic)
            item = topic * shape.of_topic + int(follows[item])
        else:
            stray = chance.random() < STRAY
            topic = int(chance.integers(shape.topics) if stray else chance.choice(liked))
            item = topic * shape.of_topic + int(chance.choice(shape.of_topic, p=shares))
        last = None if item in taken else item
        taken.setdefault(item)
    return [*taken]


def main(folder: Annotated[Path, typer.Argument(help="where the files are written")]) -> None:
    """Write the four files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in WORLDS:
        rows = (f"{one.user},{one.item},{one.timestamp:.0f}\n" for one in invent(name))
        text = "user_id,item_id,timestamp\n" + "".join(rows)
        (folder / f"{name}.csv").write_text(text)
        typer.echo(folder / f"{name}.csv")


if __name__ == "__main__":
    typer.run(main)
