"""What missions take of a user's work. Pure."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ai.catalogue.catalogue import Catalogue, MissionTerms
from ai.learners.learner import Attempt, attempts_at, last_attempts
from ongoza_contracts.http.search import MissionOffer
from ongoza_contracts.submissions import SubmissionState


def mission_offers(
    catalogue: Catalogue, attempts: Mapping[UUID, Attempt]
) -> dict[str, MissionOffer]:
    """By content id, of the missions whose work is handed in; `attempts` by submission id."""
    used, last = attempts_at(attempts), last_attempts(attempts)
    return {
        catalogue.items[place].content_id: _offer(
            mission, used.get(mission.mission_id, 0), last.get(mission.mission_id), catalogue.as_of
        )
        for place, mission in catalogue.missions
    }


def _offer(mission: MissionTerms, used: int, last: Attempt | None, at: datetime) -> MissionOffer:
    left = None if mission.max_attempts is None else max(mission.max_attempts - used, 0)
    match last.state if last else None:
        case SubmissionState.CHANGES_REQUESTED:
            is_open = True  # changes are never late, and count against no limit
        case SubmissionState.DRAFT if last:
            is_open = last.makes_changes or not mission.is_over(at)
        case SubmissionState.SUBMITTED | SubmissionState.IN_REVIEW:
            is_open = False  # one attempt at a time
        case _:
            is_open = not mission.is_over(at) and left != 0
    return MissionOffer(open=is_open, closes_at=mission.closes_at, attempts_left=left)
