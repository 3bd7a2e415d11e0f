"""Explains why each item of a list is where it is."""

from datetime import UTC, datetime

from ai.catalogue.catalogue import Catalogue
from ai.learners.learner import Learner
from ai.recommendations.diversity import RELEVANCE, intra_list_similarity
from ai.recommendations.lists import Wanted
from ai.recommendations.ranking import Ranked, Ranking, rank
from ai.recommendations.reasons import reason
from ai.recommendations.scoring import Parts
from ongoza_contracts.http.recommendations import ExplainedItem, ExplainedResponse

DECIMALS = 4
PUBLISHED_NAMES = {"co_completion": "together"}
"""The API's names for the parts of the score."""


def explained(catalogue: Catalogue, learner: Learner, wanted: Wanted) -> ExplainedResponse:
    def ranked(relevance: float) -> Ranking:
        return rank(
            catalogue,
            learner,
            limit=wanted.limit,
            content_type=wanted.content_type,
            exclude=wanted.exclude,
            relevance=relevance,
        )

    (varied, parts, _), (plain, _, _) = ranked(RELEVANCE), ranked(1.0)
    return ExplainedResponse(
        user_id=learner.user_id,
        items=tuple(_item(one, parts) for one in varied),
        as_of=datetime.now(UTC),
        r=RELEVANCE,
        intra_list_similarity=_similarity(catalogue, varied),
        intra_list_similarity_without_variety=_similarity(catalogue, plain),
    )


def _item(one: Ranked, parts: Parts) -> ExplainedItem:
    why = reason(one, parts)
    worth = {
        PUBLISHED_NAMES.get(name, name): float(part[one.at])
        for name, part in parts.by_name().items()
    }
    return ExplainedItem(
        content_id=one.item.content_id,
        score=one.score,
        parts={name: round(value, DECIMALS) for name, value in worth.items()},
        found_by=one.found_by,
        nearest=round(one.nearest, DECIMALS),
        relevance=round(RELEVANCE * one.score - (1 - RELEVANCE) * one.nearest, DECIMALS),
        reason=why.sentence,
        kind=why.kind,
        evidence=why.evidence,
    )


def _similarity(catalogue: Catalogue, ranked: list[Ranked]) -> float | None:
    found = intra_list_similarity(catalogue.vectors[[one.place for one in ranked]])
    return None if found is None else round(found, DECIMALS)
