"""A learner's list in the forms in which it is stored and returned. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic_core import to_json

from ai.catalogue.catalogue import Catalogue, Item
from ai.learners.learner import Learner
from ai.recommendations.empty import why_empty
from ai.recommendations.fit import short_list
from ai.recommendations.ranking import rank
from ai.recommendations.reasons import Reason, reason
from ongoza_contracts.http.recommendations import (
    LIMIT_DEFAULT,
    LIMIT_MAX,
)
from ongoza_contracts.vocabulary import ContentType


@dataclass(frozen=True, slots=True)
class Wanted:
    """The parameters of a requested list."""

    user_id: int
    content_type: ContentType | None = None
    limit: int = LIMIT_DEFAULT
    exclude: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    item: Item
    score: float
    why: Reason
    opens: int


class ListItems(NamedTuple):
    """The items of a list, in its order."""

    content_ids: Sequence[str]
    ratings: Sequence[bytes]
    """The fields `score`, `reason` and `opens` of each item of the answer, as JSON."""


class Note(NamedTuple):
    """What a list says of the items that are not in it, as JSON."""

    empty: bytes
    """An EmptyReason of a list without items, else nothing."""
    short: bytes
    """A ShortList; nothing of an earlier list, of which newer facts left items out."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of table `recommendation`."""

    user_id: int
    lines: bytes
    """The longest list that can be requested, packed."""
    made_from: str
    """As JSON, the versions of the facts it is derived from."""
    content_ids: str
    """The ids of the default request, separated by commas: what is published."""
    closes_at: datetime | None
    """When the first of the missions in `lines` closes."""


def compute(
    catalogue: Catalogue,
    learner: Learner,
    *,
    limit: int = LIMIT_MAX,
    content_type: ContentType | None = None,
    exclude: frozenset[str] = frozenset(),
) -> tuple[list[Entry], Note]:
    ranked, parts, fits = rank(
        catalogue, learner, limit=limit, content_type=content_type, exclude=exclude
    )
    entries = [Entry(one.item, one.score, reason(one, parts), one.opens) for one in ranked]
    empty = b"" if entries else to_json(why_empty(parts.features, fits))
    return entries, Note(empty, to_json(short_list(parts.features, fits)))


def list_items(entries: Sequence[Entry]) -> ListItems:
    return ListItems([one.item.content_id for one in entries], [_rating(one) for one in entries])


def _rating(entry: Entry) -> bytes:
    fields = {"score": entry.score, "reason": entry.why.sentence, "opens": entry.opens}
    return to_json(fields)[1:-1]


def text_of(content_id: str, content_type: str, title: str, description: str) -> bytes:
    """The other fields of an item in an answer, as JSON."""
    fields = {"content_id": content_id, "content_type": content_type}
    return to_json({**fields, "title": title, "description": description})[1:-1]


def text_in(catalogue: Catalogue, content_id: str) -> bytes:
    """Made once for each item of a catalogue."""
    text = catalogue.texts.get(content_id)
    if text is None:
        item = catalogue.items[catalogue.position[content_id]]
        text = text_of(content_id, item.content_type, item.title, item.description)
        catalogue.texts[content_id] = text
    return text


def respond(
    user_id: int,
    ratings: Sequence[bytes],
    texts: Sequence[bytes],
    as_of: datetime,
    limit: int,
    note: Note,
) -> bytes:
    """The JSON of a RecommendationResponse, put together from what is JSON already; `texts` are
    those of the items, and `limit` is how many were wanted."""
    items = b"},{".join(map(b",".join, zip(texts, ratings, strict=True)))
    shown = b"{%b}" % items if items else b""
    why = b',"empty":%b' % note.empty if note.empty else b""
    if len(ratings) < limit and note.short:
        why += b',"short":%b' % note.short
    return b'{"user_id":%d,"recommendations":[%b],"total":%d,"as_of":%b%b}' % (
        *(user_id, shown, len(ratings)),
        *(to_json(as_of), why),
    )


def stored(catalogue: Catalogue, learner: Learner, as_of: datetime) -> Stored:
    """`as_of` is when the facts were read."""
    entries, note = compute(catalogue, learner)
    return Stored(
        user_id=learner.user_id,
        lines=pack(entries, note),
        made_from=json.dumps(made_from(catalogue, learner), separators=(",", ":")),
        content_ids=",".join(one.item.content_id for one in entries[:LIMIT_DEFAULT]),
        closes_at=_first_closing(entries),
    )


def pack(entries: Sequence[Entry], note: Note) -> bytes:
    """As lines of text, which PostgreSQL compresses when they are long: the note with a tab between
    its parts, the ids with commas, the ratings, and the facts that each reason rests on with tabs.
    JSON escapes tabs and line breaks, and ids have neither nor commas."""
    content_ids, ratings = list_items(entries)
    evidence = ["\t".join(one.why.evidence).encode() for one in entries]
    return b"\n".join([b"\t".join(note), ",".join(content_ids).encode(), *ratings, *evidence])


def unpack(packed: bytes, limit: int = LIMIT_MAX) -> tuple[ListItems, Note]:
    """The first items of what was packed: shorter lists are the beginnings of longer ones."""
    note, ids, *rest = packed.split(b"\n", limit + 2)
    content_ids = ids.decode().split(",", limit)[:limit] if ids else []
    empty, short = note.split(b"\t")
    return ListItems(content_ids, rest[: len(content_ids)]), Note(empty, short)


def _first_closing(entries: Sequence[Entry]) -> datetime | None:
    missions = [one.item.mission for one in entries]
    return min([one.closes_at for one in missions if one and one.closes_at], default=None)


def made_from(catalogue: Catalogue, learner: Learner) -> dict[str, Any]:
    return {
        "user": learner.version,
        "profile": learner.profile.fact if learner.profile else None,
        "progress": {content_id: one.version for content_id, one in learner.interactions.items()},
        "feedback": {content_id: one.version for content_id, one in learner.feedback.items()},
        "dismissed": sorted(learner.dismissed),
        "program": learner.program.facts if learner.program else None,
        "submissions": {str(key): one.version for key, one in learner.attempts.items()},
        "catalogue": catalogue.revision,
    }
