"""Interactions and items from files, in the layouts people have them in.

Columns are found by their names. Without a header the columns of interactions are user, item,
rating and timestamp, those of items id, title and description, or those of MovieLens. A file whose
columns are not understood is refused; none is guessed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from scripts.evaluation.tables import Account, BrokenFile, Row, Table, read_table

__all__ = ["Account", "BrokenFile", "Described", "Interaction", "read_interactions", "read_items"]

COLUMNS = ("user", "item", "rating", "timestamp")
ITEM_COLUMNS = ("id", "title", "description")
# What the columns are called by those who publish such files, in lower case without `_`, `-` and
# spaces. Of several in one file the first in this order counts.
ITEM_IDS = (
    "itemid", "movieid", "contentid", "courseid", "productid", "businessid", "bookid", "songid",
    "trackid", "artistid", "articleid", "newsid", "videoid", "asin", "parentasin", "isbn",
)  # fmt: skip
NAMES = {
    "user": (
        "userid", "learnerid", "studentid", "customerid", "reviewerid", "visitorid", "uid",
        "user", "learner", "student", "customer", "member", "username",
    ),
    "item": (*ITEM_IDS, "iid", "item", "movie", "course", "content", "product", "book"),
    "rating": ("rating", "ratings", "stars", "star", "score", "bookrating", "overall", "value"),
    "liked": ("liked", "like", "islike", "isliked", "thumbsup", "completed"),
    "kind": (
        "feedbacktype", "eventtype", "interactiontype", "behaviortype", "event", "action",
        "behavior", "verb",
    ),
    "timestamp": (
        "timestamp", "time", "ts", "stamp", "datetime", "date", "createdat", "createdon",
        "updatedat", "eventtime", "completedat", "enrolltime", "unixreviewtime", "reviewtime",
        "when", "day",
    ),
    "id": (*ITEM_IDS, "id", "iid", "item", "movie", "course"),
    "title": ("title", "name", "itemname", "movietitle", "coursetitle", "coursename", "itemtitle"),
    "description": (
        "description", "text", "overview", "summary", "comment", "genres", "genre",
        "categories", "category", "labels", "tags",
    ),
}  # fmt: skip
NEGATIVE = {
    "dislike", "disliked", "downvote", "thumbsdown", "skip", "skipped", "hide", "hidden",
    "unlike", "notinterested", "notforme", "remove", "removed", "negative", "report",
    "removefromcart", "unfollow", "unfavorite", "block", "blocked", "dismiss", "dismissed",
}  # fmt: skip
"""Kinds of feedback that say that the user did not want the item."""
YES, NO = {"1", "1.0", "true", "t", "yes", "y"}, {"0", "0.0", "-1", "false", "f", "no", "n", ""}
GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime",
    "Documentary", "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery",
    "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
"""The genres of `u.item` of MovieLens 100k, in the order of its last columns."""
UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From which number on a time is in nano-, micro- and milliseconds, and how many a second has."""
TIMES_FROM = 1e8
"""No rating is so high: it is a time in the wrong column."""


@dataclass(frozen=True, slots=True)
class Interaction:
    user: str
    item: str
    rating: float
    timestamp: float
    """Seconds; of dates without a zone those of UTC."""


@dataclass(frozen=True, slots=True)
class Described:
    title: str
    description: str


Places = Mapping[str, int]
"""In which column what is found."""


def read_interactions(
    path: Path,
    *,
    min_rating: float | None = None,
    in_order: bool = True,
    account: Account | None = None,
) -> list[Interaction]:
    """Who took what, and when. Without ratings each is 1.

    If a pair comes twice, the later one counts. `in_order` needs times; without them the rows are
    numbered. Fills in `account`. Raises BrokenFile.
    """
    account = account if account is not None else Account()
    table = read_table(path, lambda name: _is_named(name, NAMES.keys() - {"id"}))
    needed = ("user", "item", "timestamp") if in_order else ("user", "item")
    places, has_header = _columns(table, needed)
    if min_rating is not None and "rating" not in places:
        raise BrokenFile(f"{path}: there are no ratings to be at least {min_rating:g}")
    newest: dict[tuple[str, str], tuple[int, Interaction]] = {}
    numbers = count(1)
    for line, row in _rows(table, places, account, has_header=has_header):
        one = _interaction(f"{path}, line {line}", row, next(numbers))
        if reason := _unwanted(one, row, min_rating):
            account.leave_out(line, reason)
            continue
        known = newest.get((one.user, one.item))
        if known is None or one.timestamp >= known[1].timestamp:
            newest[one.user, one.item] = line, one
        if known is not None:
            older = known[0] if newest[one.user, one.item][0] == line else line
            account.leave_out(older, "the same user and item at another time")
    if not newest:
        raise BrokenFile(f"{path}: no interactions{_why(account)}")
    return [one for _, one in newest.values()]


def read_items(path: Path, account: Account | None = None) -> dict[str, Described]:
    """Titles and descriptions by id; genres or categories are a description where there is no
    other, and a description is a title where there is none. Raises BrokenFile."""
    account = account if account is not None else Account()
    table = read_table(path, lambda name: _is_named(name, ITEM_COLUMNS))
    places, has_header = _item_columns(table)
    items: dict[str, Described] = {}
    for line, row in _rows(table, places, account, has_header=has_header):
        if not row["id"] or not row["title"]:
            raise BrokenFile(f"{path}, line {line}: no id or no title")
        if row["id"] in items:
            account.leave_out(line, "an id that came before")
            continue
        items[row["id"]] = Described(row["title"], row.get("description", "").replace("|", ", "))
    if not items:
        raise BrokenFile(f"{path}: no items")
    return items


def _rows(
    table: Table, places: Places, account: Account, *, has_header: bool
) -> list[tuple[int, dict[str, str]]]:
    """Raises BrokenFile when a row has other columns than the first one."""
    first, rows = table.rows[0].cells, table.rows[has_header:]
    account.lines, account.blank = table.lines, table.blank
    account.within_cells = table.within_cells
    account.headers, account.rows = table.announced + has_header, len(rows)
    for name, place in places.items():
        account.columns[name] = first[place] if has_header else f"column {place + 1}"
    if has_header:
        read = set(places.values())
        account.ignored = [cell for place, cell in enumerate(first) if place not in read and cell]
    return [(row.line, _named_cells(table, row, places)) for row in rows]


def _named_cells(table: Table, row: Row, places: Places) -> dict[str, str]:
    where, width = f"{table.path}, line {row.line}", len(table.rows[0].cells)
    if len(row.cells) <= max(places.values()):
        raise BrokenFile(f"{where}: {len(row.cells)} columns, not {max(places.values()) + 1}")
    if any(row.cells[width:]):
        raise BrokenFile(f"{where}: {len(row.cells)} columns, not {width}")
    named = {name: row.cells[place] for name, place in places.items()}
    if table.separator == "|" and len(row.cells) >= len(GENRES) + 2:
        flags = row.cells[-len(GENRES) :]
        genres = [genre for genre, flag in zip(GENRES, flags, strict=True) if flag == "1"]
        named["description"] = ", ".join(genres)
    return named


def _columns(table: Table, needed: Sequence[str]) -> tuple[Places, bool]:
    first = table.rows[0].cells
    known = _named(table, (*COLUMNS, "liked", "kind"))
    if known or not any(map(_is_number, first)):
        _refuse_unless(table, known, needed)
        return known, True
    if len(first) != len(COLUMNS):
        raise BrokenFile(
            f"{table.path}: without a header the columns are {', '.join(COLUMNS)}; "
            f"there are {len(first)}"
        )
    if _is_number(first[2]) and abs(float(first[2].replace(",", "."))) >= TIMES_FROM:
        raise BrokenFile(
            f"{table.path}: without a header the columns are {', '.join(COLUMNS)}; "
            f"{first[2]} is no rating"
        )
    return {name: place for place, name in enumerate(COLUMNS)}, False


def _item_columns(table: Table) -> tuple[Places, bool]:
    first = table.rows[0].cells
    known = dict(_named(table, ITEM_COLUMNS))
    if known or not any(letter.isdigit() for letter in first[0]):
        if "title" not in known and "description" in known:
            known["title"] = known.pop("description")
        _refuse_unless(table, known, ("id", "title"))
        return known, True
    of_movielens = table.separator == "|" and len(first) >= len(GENRES) + 2
    if not of_movielens and not 2 <= len(first) <= len(ITEM_COLUMNS):
        raise BrokenFile(
            f"{table.path}: without a header the columns are {', '.join(ITEM_COLUMNS)}; "
            f"there are {len(first)}"
        )
    width = 2 if of_movielens else len(first)
    return {name: place for place, name in enumerate(ITEM_COLUMNS[:width])}, False


def _named(table: Table, columns: Sequence[str]) -> Places:
    """Where a header says the columns are; nothing when it is none. Raises BrokenFile for a name
    that comes twice."""
    header = [*map(_plain, table.rows[0].cells)]
    places = {}
    for column in columns:
        for name in NAMES[column]:
            if header.count(name) > 1:
                raise BrokenFile(f"{table.path}: two columns are called {name!r}")
        if found := [name for name in NAMES[column] if name in header]:
            places[column] = header.index(found[0])
    return places


def _refuse_unless(table: Table, known: Places, needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in known]
    if missing:
        header = table.rows[0].cells
        understood = ", ".join(f"{name} is {header[place]!r}" for name, place in known.items())
        names = "; ".join(f"{name}: {', '.join(NAMES[name])}" for name in missing)
        raise BrokenFile(
            f"{table.path}: no column for {' and '.join(missing)} among {', '.join(header)}. "
            f"Understood: {understood or 'nothing'}. Names that would be: {names}"
        )


def _interaction(where: str, row: Mapping[str, str], number: int) -> Interaction:
    for name in ("user", "item"):
        if not row[name]:
            raise BrokenFile(f"{where}: no user or no item")
        if "\n" in row[name] or "\r" in row[name]:
            raise BrokenFile(f"{where}: a line break within {name}: is a quote not closed?")
    rating = 1.0
    if "rating" in row:
        text = row["rating"]
        if text.lower() in YES | NO - {""} and not _is_number(text):
            rating = float(text.lower() in YES)
        elif _is_number(text):
            rating = _number(text)
        else:
            raise BrokenFile(f"{where}: rating {text!r} is not a number")
    liked = row.get("liked", "1").lower()
    if liked not in YES | NO:
        raise BrokenFile(f"{where}: {liked!r} is neither yes nor no")
    at = _seconds(where, row["timestamp"]) if "timestamp" in row else float(number)
    return Interaction(row["user"], row["item"], rating, at)


def _unwanted(one: Interaction, row: Mapping[str, str], min_rating: float | None) -> str | None:
    if min_rating is not None and one.rating < min_rating:
        return f"a rating below {min_rating:g}"
    if row.get("liked", "1").lower() in NO or _is_refusal(row.get("rating", "")):
        return "not liked"
    kind = row.get("kind", "")
    return f"{kind} is no liking" if _plain(kind) in NEGATIVE else None


def _is_refusal(rating: str) -> bool:
    """A no in words; what a 0 means as a number is known to those who set `--min-rating`."""
    return rating.lower() in NO - {""} and not _is_number(rating)


def _seconds(where: str, text: str) -> float:
    if _is_number(text) and "," not in text:
        # Whole numbers as such: those of nanoseconds have more digits than a float.
        number = int(text) if re.fullmatch(r"-?\d+", text) else float(text)
        for least, per_second in UNITS:
            if abs(number) >= least:
                return number / per_second
        return float(number)
    iso = re.sub(r" ?(?:UTC|GMT|[+-]00:?00 UTC)$", "Z", text)
    iso = re.sub(r" ([+-]\d\d:?\d\d)( [A-Z]+)?$", r"\1", iso)
    try:
        moment = datetime.fromisoformat(iso)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        said = "is not a number and no date such as 2024-03-05T22:30:00Z"
        raise BrokenFile(f"{where}: timestamp {text!r} {said}") from None


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _is_number(text: str) -> bool:
    """A decimal comma is one; several would separate thousands."""
    return bool(re.fullmatch(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,2})?", text, re.ASCII))


def _plain(name: str) -> str:
    """RecBole adds the type, as in `user_id:token`."""
    return re.sub(r"[\s_.-]", "", name.split(":")[0].lower())


def _is_named(name: str, columns: Sequence[str] | set[str]) -> bool:
    return any(_plain(name) in NAMES[column] for column in columns)


def _why(account: Account) -> str:
    return "".join(f"; {len(lines)} rows: {reason}" for reason, lines in account.left_out.items())
