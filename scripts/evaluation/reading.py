"""Interactions and items from files, in the layouts people have them in."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

COLUMNS = ("user", "item", "rating", "timestamp")
# What the columns are called by those who publish such files.
NAMES = {
    "user": ("user", "userid", "user_id"),
    "item": ("item", "itemid", "item_id", "movieid", "movie_id", "content_id"),
    "rating": ("rating", "score"),
    "timestamp": ("timestamp", "time", "ts"),
    "id": ("id", "itemid", "item_id", "movieid", "movie_id", "content_id"),
    "title": ("title", "name"),
    "description": ("description", "genres", "text", "overview"),
}
GENRES = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime"),
    *("Documentary", "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery"),
    *("Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
"""The genres of `u.item` of MovieLens 100k, in the order of its last columns."""


class BrokenFile(ValueError):
    """The text says what is wrong with a file, and in which line if it is one."""


@dataclass(frozen=True, slots=True)
class Interaction:
    user: str
    item: str
    rating: float
    timestamp: float


@dataclass(frozen=True, slots=True)
class Described:
    title: str
    description: str


def read_interactions(path: Path, *, min_rating: float | None = None) -> list[Interaction]:
    """(user, item, rating, timestamp), tab- or comma-separated, with or without a header.

    If a pair comes twice, the later one counts. Raises BrokenFile.
    """
    newest: dict[tuple[str, str], Interaction] = {}
    for number, row in _rows(path, _columns):
        one = _interaction(path, number, row)
        if min_rating is not None and one.rating < min_rating:
            continue
        known = newest.get((one.user, one.item))
        if known is None or one.timestamp >= known.timestamp:
            newest[one.user, one.item] = one
    if not newest:
        raise BrokenFile(f"{path}: no interactions")
    return list(newest.values())


def read_items(path: Path) -> dict[str, Described]:
    """(id, title, description), tab- or comma-separated with or without a header, or separated by
    bars as in MovieLens 100k, where genres are the description. Raises BrokenFile."""
    items = {}
    for number, row in _rows(path, _item_columns):
        if not row["id"] or not row["title"]:
            raise BrokenFile(f"{path}, line {number}: no id or no title")
        items[row["id"]] = Described(row["title"], row["description"].replace("|", ", "))
    if not items:
        raise BrokenFile(f"{path}: no items")
    return items


Places = Mapping[str, int]
"""In which column what is found."""


def _rows(
    path: Path, columns: Callable[[Path, Sequence[str]], tuple[Places, bool]]
) -> Iterator[tuple[int, dict[str, str]]]:
    lines = _lines(path)
    first = lines[0]
    separator = max("\t,|", key=first.count)
    places, has_header = columns(path, [cell.strip() for cell in first.split(separator)])
    for number, cells in _split(path, lines, separator):
        if has_header and number == 1:
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(places.values()):
            raise BrokenFile(
                f"{path}, line {number}: {len(cells)} columns, not {max(places.values()) + 1}"
            )
        row = {name: cells[place].strip() for name, place in places.items()}
        if separator == "|" and len(cells) >= len(GENRES) + 2:
            row["description"] = ", ".join(_genres(cells[-len(GENRES) :]))
        yield number, row


def _split(path: Path, lines: Iterable[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Bars are never quoted."""
    if separator == "|":
        reader = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(lines, delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise BrokenFile(f"{path}, line {reader.line_num}: {error}") from error


def _lines(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BrokenFile(f"{path}: {error.strerror}") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # as MovieLens 100k is written
    lines = [*StringIO(text, newline="")]  # `splitlines` ends lines at many a character within one
    if not lines:
        raise BrokenFile(f"{path}: empty")
    return lines


def _columns(path: Path, first: Sequence[str]) -> tuple[Places, bool]:
    if named := _named(first, COLUMNS):
        return named, True
    if len(first) < len(COLUMNS):
        raise BrokenFile(f"{path}: the columns are {', '.join(COLUMNS)}; there are {len(first)}")
    return {name: place for place, name in enumerate(COLUMNS)}, not _is_number(first[3])


def _item_columns(path: Path, first: Sequence[str]) -> tuple[Places, bool]:
    columns = ("id", "title", "description")
    if named := _named(first, columns):
        return named, True
    if len(first) < 2:
        raise BrokenFile(f"{path}: the columns are {', '.join(columns)}; there is one")
    return {"id": 0, "title": 1, "description": min(2, len(first) - 1)}, False


def _named(first: Sequence[str], columns: Sequence[str]) -> Places | None:
    """Where a header says the columns are; None when it is none."""
    header = [cell.lower() for cell in first]
    places = {}
    for column in columns:
        found = [header.index(name) for name in NAMES[column] if name in header]
        if not found:
            return None
        places[column] = found[0]
    return places


def _interaction(path: Path, number: int, row: Mapping[str, str]) -> Interaction:
    if not row["user"] or not row["item"]:
        raise BrokenFile(f"{path}, line {number}: no user or no item")
    for name in ("rating", "timestamp"):
        if not _is_number(row[name]):
            raise BrokenFile(f"{path}, line {number}: {name} {row[name]!r} is not a number")
    return Interaction(row["user"], row["item"], float(row["rating"]), float(row["timestamp"]))


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")  # neither infinite nor NaN
    except ValueError:
        return False


def _genres(flags: Sequence[str]) -> list[str]:
    return [genre for genre, flag in zip(GENRES, flags, strict=True) if flag.strip() == "1"]
