"""A learner's list in the forms in which it is stored and returned. Pure."""

import json
import zlib
from collections.abc import Mapping, Sequence
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

LINE_BYTES = 150
"""More than most lines of a packed list have."""


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


class Line(NamedTuple):
    """An item of a list, as it is stored."""

    content_id: str
    rating: bytes
    """The fields `score`, `reason` and `opens` of the answer, as JSON."""
    evidence: bytes
    """The facts that the reason rests on, between tabs."""


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
    items: bytes
    """The longest list that can be requested, packed."""
    made_from: str
    """As JSON, the versions of the facts it is derived from."""
    content_ids: str
    """The ids of the default request, separated by commas: what is published."""
    closes_at: datetime | None
    """When the first of the missions in `items` closes."""


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


def lines_of(entries: Sequence[Entry]) -> list[Line]:
    return [
        Line(one.item.content_id, _rating(one), "\t".join(one.why.evidence).encode())
        for one in entries
    ]


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
    lines: Sequence[Line],
    texts: Mapping[str, bytes],
    as_of: datetime,
    limit: int,
    note: Note,
) -> bytes:
    """The JSON of a RecommendationResponse, put together from what is JSON already; `texts` are by
    content id, and `limit` is how many items were wanted."""
    shown = b",".join([b"{%b,%b}" % (texts[one.content_id], one.rating) for one in lines])
    why = b',"empty":%b' % note.empty if note.empty else b""
    if len(lines) < limit and note.short:
        why += b',"short":%b' % note.short
    return b'{"user_id":%d,"recommendations":[%b],"total":%d,"as_of":%b%b}' % (
        *(user_id, shown, len(lines)),
        *(to_json(as_of), why),
    )


def stored(catalogue: Catalogue, learner: Learner, as_of: datetime) -> Stored:
    """`as_of` is when the facts were read."""
    entries, note = compute(catalogue, learner)
    return Stored(
        user_id=learner.user_id,
        items=pack(lines_of(entries), note),
        made_from=json.dumps(made_from(catalogue, learner), separators=(",", ":")),
        content_ids=",".join(one.item.content_id for one in entries[:LIMIT_DEFAULT]),
        closes_at=_first_closing(entries),
    )


def pack(lines: Sequence[Line], note: Note) -> bytes:
    """Deflated, about a kilobyte for fifty items. The first line of text is the note, each other an
    item: id, rating and evidence between tabs, which JSON escapes."""
    rows = [b"\t".join((one.content_id.encode(), one.rating, one.evidence)) for one in lines]
    return zlib.compress(b"\n".join([b"\t".join(note), *rows]))


def unpack(items: bytes, limit: int = LIMIT_MAX) -> tuple[list[Line], Note]:
    """The first lines of what was packed: shorter lists are the beginnings of longer ones."""
    inflate = zlib.decompressobj()
    text = inflate.decompress(items, LINE_BYTES * (limit + 1))
    if text.count(b"\n") <= limit:
        text += inflate.flush()
    note, *lines = text.split(b"\n", limit + 1)[: limit + 1]
    rows = [row.split(b"\t", 2) for row in lines]
    found = [Line(content_id.decode(), rating, facts) for content_id, rating, facts in rows]
    empty, short = note.split(b"\t")
    return found, Note(empty, short)


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
