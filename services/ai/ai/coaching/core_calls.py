"""Reads from core what it shows callers of themselves."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from ai.kit.core_client import CoreCalls
from ongoza_contracts.http.coaching import CoachingOverview
from ongoza_contracts.http.users import Preferences
from ongoza_contracts.quiet_hours import QuietHours

OVERVIEW = "/api/v1/student/coaching/overview/"


async def get_overview(core: CoreCalls) -> CoachingOverview:
    """Raises CoreUnavailable and CoreRefused."""
    return await core.get(CoachingOverview, OVERVIEW)


async def quiet_until(core: CoreCalls, now: datetime) -> datetime | None:
    """The end of the caller's quiet hours; None outside of them.

    Raises CoreUnavailable and CoreRefused.
    """
    chosen = await core.get(Preferences, "/api/v1/users/me/preferences/")
    if chosen.quiet_from is None or chosen.quiet_until is None:
        return None
    start, end = time.fromisoformat(chosen.quiet_from), time.fromisoformat(chosen.quiet_until)
    hours = QuietHours(ZoneInfo(chosen.time_zone), start, end)
    return hours.end_after(now) if hours.include(now) else None
