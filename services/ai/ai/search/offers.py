"""What missions take of a user's work. Pure."""

from collections.abc import Mapping
from uuid import UUID

from ai.catalogue.catalogue import Catalogue
from ongoza_contracts.http.search import MissionOffer


def mission_offers(catalogue: Catalogue, attempts: Mapping[UUID, int]) -> dict[str, MissionOffer]:
    """By content id, of the missions whose work is handed in; `attempts` by mission id."""
    closed = catalogue.closed(attempts)
    return {
        catalogue.items[place].content_id: MissionOffer(
            open=not closed[place],
            closes_at=mission.closes_at,
            attempts_left=None
            if mission.max_attempts is None
            else max(mission.max_attempts - attempts.get(mission.mission_id, 0), 0),
        )
        for place, mission in catalogue.missions
    }
