"""The call to core for a learner whom ai does not know yet."""

from ai.kit.core_client import CoreCalls
from ongoza_contracts.http.coaching import CoachingOverview

OVERVIEW = "/api/v1/student/coaching/overview/"


async def get_overview(core: CoreCalls) -> CoachingOverview:
    """Raises CoreUnavailable and CoreRefused."""
    return await core.get(CoachingOverview, OVERVIEW)
