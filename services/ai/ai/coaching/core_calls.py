"""Reads from core what it shows callers of themselves."""

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from ai.kit.core_client import PAGE_SIZE_MAX, CoreCalls
from ongoza_contracts.http.coaching import CoachingOverview, ExtensionPage
from ongoza_contracts.http.users import Preferences
from ongoza_contracts.quiet_hours import QuietHours

OVERVIEW = "/api/v1/student/coaching/overview/"


async def get_overview(core: CoreCalls) -> CoachingOverview:
    """Raises CoreUnavailable and CoreRefused."""
    return await core.get(CoachingOverview, OVERVIEW)


async def get_preferences(core: CoreCalls) -> Preferences:
    """The caller's own. Raises CoreUnavailable and CoreRefused."""
    return await core.get(Preferences, "/api/v1/users/me/preferences/")


async def get_extension(core: CoreCalls, mission_id: UUID, user_id: int) -> datetime | None:
    """Until when the caller may hand in for a mission instead of its due time; None where that
    holds. Raises CoreUnavailable and CoreRefused."""
    path = f"/api/v1/missions/{mission_id}/extensions/"
    pages = core.pages(ExtensionPage, path, {"page_size": PAGE_SIZE_MAX})
    return next(
        (one.until for one in [found async for found in pages] if one.user == user_id), None
    )


def quiet_until(chosen: Preferences, now: datetime) -> datetime | None:
    """The end of the user's quiet hours; None outside of them."""
    if chosen.quiet_from is None or chosen.quiet_until is None:
        return None
    start, end = time.fromisoformat(chosen.quiet_from), time.fromisoformat(chosen.quiet_until)
    hours = QuietHours(ZoneInfo(chosen.time_zone), start, end)
    return hours.end_after(now) if hours.include(now) else None
