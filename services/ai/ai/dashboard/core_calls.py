"""Reads from core what it shows callers of enrolments and progress."""

from collections import Counter
from datetime import UTC, datetime

from ai.dashboard.forecast import of_state, unavailable
from ai.dashboard.pace import Prior
from ai.dashboard.weeks import Activity, TrackWeek, monday
from ai.kit.core_client import PAGE_SIZE_MAX, CoreCalls, CoreUnavailable
from ai.projections.completion import first_completion
from ongoza_contracts.cohorts import EnrolmentState
from ongoza_contracts.http.dashboard import DashboardPart, Forecast, ForecastState
from ongoza_contracts.http.enrolments import EnrolmentPage, EnrolmentRequirements
from ongoza_contracts.http.progress import ProgressPage

FIRST = datetime.min.replace(tzinfo=UTC)


async def get_requirements(core: CoreCalls, user_id: int, prior: Prior) -> Forecast:
    """The caller's requirements without a forecast, for which core's answers do not have the times.

    Raises CoreUnavailable and CoreRefused.
    """
    now = datetime.now(UTC)
    pages = core.pages(EnrolmentPage, "/api/v1/enrolments/", {"state": EnrolmentState.ACTIVE})
    own = [one async for one in pages if one.user == user_id]
    if not own:
        return of_state(ForecastState.NO_ENROLMENT, user_id, prior, now)
    newest = max(own, key=lambda one: (one.activated_at or FIRST, one.id))
    found = unavailable(user_id, prior, now, [DashboardPart.COMPLETIONS])
    ids = {"enrolment_id": newest.id, "program_version_id": newest.program_version}
    try:
        required = await core.get(EnrolmentRequirements, f"/api/v1/enrolments/{newest.id}/")
    except CoreUnavailable:
        missing = (DashboardPart.REQUIREMENTS, DashboardPart.COMPLETIONS)
        return found.model_copy(update={**ids, "missing": missing})
    done = {"required_total": required.required_total, "required_done": required.required_done}
    if not required.required_total or required.required_done == required.required_total:
        met = required.required_total > 0
        state = ForecastState.REQUIREMENTS_MET if met else ForecastState.NOTHING_REQUIRED
        found = of_state(state, user_id, prior, now)
    return found.model_copy(update={**ids, **done})


async def get_activity(core: CoreCalls, user_id: int) -> Activity:
    """Completions by week, without minutes and tracks, which progress does not say; courses count
    beside their modules.

    Raises CoreUnavailable and CoreRefused.
    """
    parameters = {"user": user_id, "page_size": PAGE_SIZE_MAX}
    pages = core.pages(ProgressPage, "/api/v1/progress/", parameters)
    moments = [first_completion(item) async for item in pages]
    weeks = Counter(monday(moment.astimezone(UTC)) for moment in moments if moment)
    rows = [TrackWeek(week, None, count, 0) for week, count in sorted(weeks.items())]
    return Activity(user_id, None, rows, (DashboardPart.CONTENT,))
