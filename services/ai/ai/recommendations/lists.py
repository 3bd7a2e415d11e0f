"""A learner's list in the forms in which it is stored and returned. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ai.catalogue.catalogue import Catalogue
from ai.learners.learner import Learner
from ai.recommendations.empty import why_empty
from ai.recommendations.ranking import rank
from ai.recommendations.reasons import Reason, reason
from ongoza_contracts.http.recommendations import (
    LIMIT_DEFAULT,
    LIMIT_MAX,
    EmptyReason,
    Recommendation,
    RecommendationResponse,
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
    recommendation: Recommendation
    why: Reason


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of table `recommendation`."""

    user_id: int
    body: bytes
    """The answer to the default request, byte for byte."""
    items: str
    """As JSON, the longest list that can be requested, with its evidence."""
    made_from: str
    """As JSON, the versions of the facts it is derived from."""
    content_ids: str
    """The ids in `body`, separated by commas: what is published."""
    closes_at: datetime | None
    """When the first of the missions in `items` closes."""


def compute(
    catalogue: Catalogue,
    learner: Learner,
    *,
    limit: int = LIMIT_MAX,
    content_type: ContentType | None = None,
    exclude: frozenset[str] = frozenset(),
) -> list[Entry]:
    ranked, parts = rank(
        catalogue, learner, limit=limit, content_type=content_type, exclude=exclude
    )
    entries = []
    for one in ranked:
        why = reason(catalogue, learner, one, parts)
        item = one.item
        recommendation = Recommendation.model_construct(
            content_id=item.content_id,
            content_type=item.content_type,
            title=item.title,
            description=item.description,
            score=one.score,
            reason=why.sentence,
        )
        entries.append(Entry(recommendation, why))
    return entries


def respond(
    user_id: int,
    recommendations: Sequence[Recommendation],
    as_of: datetime,
    empty: EmptyReason | None = None,
) -> bytes:
    """The body of the answer; `empty` says why a list without items has none."""
    response = RecommendationResponse.model_construct(
        user_id=user_id,
        recommendations=tuple(recommendations),
        total=len(recommendations),
        as_of=as_of,
        empty=empty,
    )
    return response.model_dump_json(exclude_none=True).encode()


def stored(catalogue: Catalogue, learner: Learner, as_of: datetime) -> Stored:
    """`as_of` is when the facts were read."""
    entries = compute(catalogue, learner)
    first = [entry.recommendation for entry in entries[:LIMIT_DEFAULT]]
    empty = None if entries else why_empty(catalogue, learner)
    return Stored(
        user_id=learner.user_id,
        body=respond(learner.user_id, first, as_of, empty),
        items=json.dumps([_kept(entry) for entry in entries]),
        made_from=json.dumps(made_from(catalogue, learner)),
        content_ids=",".join(one.content_id for one in first),
        closes_at=_first_closing(catalogue, entries),
    )


def _first_closing(catalogue: Catalogue, entries: Sequence[Entry]) -> datetime | None:
    ids = {entry.recommendation.content_id for entry in entries}
    closings = [
        mission.closes_at
        for place, mission in catalogue.missions
        if mission.closes_at and catalogue.items[place].content_id in ids
    ]
    return min(closings, default=None)


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


def from_kept(user_id: int, items: str, limit: int, as_of: datetime) -> bytes:
    """The answer of another length, from a stored list that is not empty: shorter lists are its
    beginnings."""
    kept = json.loads(items)[:limit]
    return respond(user_id, [Recommendation.model_validate(item) for item in kept], as_of)


def _kept(entry: Entry) -> dict[str, Any]:
    return {**entry.recommendation.model_dump(mode="json"), "evidence": entry.why.evidence}
