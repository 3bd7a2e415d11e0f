"""The week in numbers: a notification on Monday morning about the week before, for learners who
did something in it or have a goal that is near."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from core.coaching.models import WeekSummary
from core.coaching.notifications import WEEK
from core.notifications.digests import LOCK_USERS, WANTS_DIGEST, due_users
from core.notifications.services import notify
from core.users.models import User
from ongoza_contracts.coaching import GoalState, HabitEntryState

# Adds the summaries of these users that say something and that no other worker has added.
ADD = """
INSERT INTO coaching_weeksummary (user_id, week, habits_done, goals_near, items_completed)
SELECT one.id, %(week)s, habits.done, goals.near, items.completed
FROM users_user AS one
LEFT JOIN users_preferences AS preferences ON preferences.user_id = one.id
CROSS JOIN LATERAL (SELECT coalesce(preferences.time_zone, 'UTC') AS name) AS zone
CROSS JOIN LATERAL (
    SELECT count(*) AS done FROM coaching_habitentry AS entry
    WHERE entry.user_id = one.id AND entry.state = %(done)s
        AND entry.local_date >= %(week)s::date - 7 AND entry.local_date < %(week)s::date
) AS habits
CROSS JOIN LATERAL (
    SELECT count(*) AS near FROM coaching_goal AS goal
    WHERE goal.user_id = one.id AND goal.state = %(active)s
        AND goal.target_date >= %(week)s::date AND goal.target_date < %(week)s::date + 7
) AS goals
CROSS JOIN LATERAL (
    SELECT count(*) AS completed FROM progress_progress AS progress
    WHERE progress.user_id = one.id
        AND progress.first_completed_at
            >= (%(week)s::date - 7)::timestamp AT TIME ZONE zone.name
        AND progress.first_completed_at < %(week)s::date::timestamp AT TIME ZONE zone.name
) AS items
WHERE one.id = ANY(%(users)s) AND habits.done + goals.near + items.completed > 0
ON CONFLICT DO NOTHING RETURNING id, user_id
"""


@transaction.atomic
def add_summaries(now: datetime, after: int, limit: int) -> int | None:
    """Notify the users for whom it is Monday morning or later that day, in the order of their ids
    from after `after`, once a week each. Returns the last id if there may be more users."""
    due = due_users(now)
    if due is None:
        return None
    week, in_zone = due
    had = Exists(WeekSummary.objects.filter(user=OuterRef("pk"), week=week))
    rows = User.objects.filter(in_zone, WANTS_DIGEST, ~had, is_active=True, pk__gt=after)
    users = [*rows.order_by("pk").values_list("pk", flat=True)[:limit]]
    with connection.cursor() as cursor:
        cursor.execute(LOCK_USERS, [users])
        present = [user_id for (user_id,) in cursor.fetchall()]
        states = {"done": HabitEntryState.DONE.value, "active": GoalState.ACTIVE.value}
        cursor.execute(ADD, {"week": week, "users": present, **states})
        added = cursor.fetchall()
    for summary_id, user_id in added:
        notify(user_id=user_id, kind=WEEK, subject=str(summary_id), version=1)
    return users[-1] if len(users) == limit else None
