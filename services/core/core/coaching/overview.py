"""What ai reads of a learner's coaching where its own copies do not suffice: numbers, no text."""

from typing import Any

from core.coaching.selectors import active_habits, goals_by_state, recent_tags
from core.kit import clock
from core.users.models import User


def overview_of(user: User) -> dict[str, Any]:
    """As `ongoza_contracts.http.coaching.CoachingOverview`."""
    return {
        "user_id": user.pk,
        "habits": active_habits(user),
        "goals": goals_by_state(user),
        "tags": recent_tags(user, clock.now()),
        "as_of": clock.now(),
    }
