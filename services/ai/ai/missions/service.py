"""Missions for a learner: recommended ones, readiness for one, and similar ones."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol

from ai.access.service import require_reach
from ai.catalogue.catalogue import Catalogue, Item
from ai.curriculum.service import Source, load_known
from ai.kit.auth import Caller
from ai.kit.errors import NotFound, ServiceUnavailable
from ai.kit.fallback import before, deadline_in, first_available
from ai.learners.queries import load_attempts
from ai.missions.readiness import readiness
from ai.recommendations.lists import Wanted
from ai.recommendations.service import ListResources, recommend
from ai.search.offers import mission_offers
from ai.search.service import Answer as Found
from ai.search.service import SearchResources, similar
from ai.suggestions.service import SuggestionResources
from ai.vectorstore.base import Filter
from ongoza_contracts.access import Permission
from ongoza_contracts.http.missions import (
    MissionReadiness,
    RecommendedMission,
    RecommendedMissions,
)
from ongoza_contracts.http.recommendations import RecommendationResponse
from ongoza_contracts.http.search import MissionOffer
from ongoza_contracts.vocabulary import ContentType

CORE_SECONDS = 0.8
DATABASE_SECONDS = 0.4
CATALOGUE_SECONDS = 0.3


class MissionsUnavailable(ServiceUnavailable):
    code = "missions_unavailable"
    detail = "The catalogue cannot be reached at the moment; try again."


class MissionResources(ListResources, SearchResources, SuggestionResources, Protocol):
    """The resources that missions need."""


async def recommended(
    resources: MissionResources, caller: Caller, user_id: int, limit: int
) -> tuple[RecommendedMissions, str]:
    """The missions of the learner's list, and the source of the list.

    Raises NotFound for a learner whom the caller does not reach, and what `recommend` raises.
    """
    await require_reach(resources.pool, caller, Permission.LEARNER_READ, user_id)
    wanted = Wanted(user_id, ContentType.MISSION, limit)
    answer, offers = await asyncio.gather(
        recommend(resources, caller, wanted), _offers(resources, user_id)
    )
    found = RecommendationResponse.model_validate_json(answer.body)
    ids = {
        resources.catalogues.last.items[place].content_id: mission.mission_id
        for place, mission in resources.catalogues.last.missions
    }
    missions = tuple(
        RecommendedMission(
            **dict(one), mission_id=ids.get(one.content_id), mission=offers.get(one.content_id)
        )
        for one in found.recommendations
    )
    body = RecommendedMissions(
        user_id=user_id,
        missions=missions,
        total=len(missions),
        as_of=found.as_of,
        empty=found.empty,
    )
    return body, answer.source


async def _offers(resources: MissionResources, user_id: int) -> dict[str, MissionOffer]:
    """Empty without the database, which has the learner's attempts."""

    async def known() -> dict[str, MissionOffer]:
        attempts = await load_attempts(resources.pool, user_id)
        return mission_offers(await resources.catalogues.current(), attempts)

    async def unknown() -> dict[str, MissionOffer]:
        return {}

    return await first_available(before(deadline_in(DATABASE_SECONDS), known), unknown)


async def read_readiness(
    resources: MissionResources, caller: Caller, user_id: int, key: str
) -> tuple[MissionReadiness, Source]:
    """Answers while core is unavailable, and says then what is missing.

    Raises NotFound for a mission that is not on offer and a learner whom the caller does not reach,
    MissionsUnavailable without a catalogue, and what `load_known` raises.
    """
    core = resources.core.as_caller(caller, budget=CORE_SECONDS)
    await require_reach(resources.pool, caller, Permission.LEARNER_READ, user_id)
    known = await load_known(resources, core, caller, user_id)
    mission = mission_of(known.catalogue, key)
    # On a thread, so that the event loop answers other requests.
    found = await asyncio.to_thread(
        readiness, known.catalogue, known.learner, mission, known.missing, datetime.now(UTC)
    )
    return found, known.source


async def similar_missions(
    resources: MissionResources, caller: Caller, key: str, limit: int
) -> Found:
    """The missions nearest in meaning. Raises what `mission_of` and the search raise."""

    async def in_memory() -> Catalogue:
        return resources.catalogues.last

    current = before(deadline_in(CATALOGUE_SECONDS), resources.catalogues.current)
    mission = mission_of(await first_available(current, in_memory), key)
    only = Filter(ContentType.MISSION)
    return await similar(resources, caller.user_id, mission.content_id, limit, only)


def mission_of(catalogue: Catalogue, key: str) -> Item:
    """The mission with this id, or whose item has it. Raises NotFound if it is not on offer, and
    MissionsUnavailable without a catalogue."""
    if not catalogue.items:
        raise MissionsUnavailable
    for place, item in enumerate(catalogue.items):
        mission_id = item.mission and str(item.mission.mission_id)
        if key in (item.content_id, mission_id) and not catalogue.retired[place]:
            return item
    raise NotFound
