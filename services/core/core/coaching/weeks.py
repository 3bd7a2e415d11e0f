"""The week in numbers: a notification on Monday morning about the week before, for learners who
did something in it or have a goal that is near."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from core.coaching.models import WeekSummary
from core.coaching.notifications import WEEK
from core.notifications.digests import DEFAULT_ZONE, LOCK_USERS, WANTS_DIGEST, due_users
from core.notifications.services import notify
from core.users.models import User
from ongoza_contracts.coaching import GoalState, HabitEntryState

# Adds the summaries of these users that say something and that no other worker has added.
ADD = """
INSERT INTO coaching_weeksummary (user_id, week, habits_done, goals_near, items_completed)
SELECT one.id, %(week)s, habits.done, goals.near, items.completed
FROM unnest(%(users)s::int[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    AS one(id, begin_at, end_at)
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
        AND progress.first_completed_at >= one.begin_at
        AND progress.first_completed_at < one.end_at
) AS items
WHERE habits.done + goals.near + items.completed > 0
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
    zones = dict(rows.order_by("pk").values_list("pk", "preferences__time_zone")[:limit])
    users = [*zones]
    with connection.cursor() as cursor:
        cursor.execute(LOCK_USERS, [users])
        present = [user_id for (user_id,) in cursor.fetchall()]
        states = {"done": HabitEntryState.DONE.value, "active": GoalState.ACTIVE.value}
        bounds = [_bounds(week, zones[user_id] or DEFAULT_ZONE) for user_id in present]
        begins, ends = [begin for begin, _ in bounds], [end for _, end in bounds]
        arrays = {"users": present, "begins": begins, "ends": ends}
        cursor.execute(ADD, {"week": week, **arrays, **states})
        added = cursor.fetchall()
    for summary_id, user_id in added:
        notify(user_id=user_id, kind=WEEK, subject=str(summary_id), version=1)
    return users[-1] if len(users) == limit else None


def _bounds(week: date, zone_name: str) -> tuple[datetime, datetime]:
    """Begin and end of the week before, by Python's time zones: PostgreSQL may lack one of them."""
    end = datetime.combine(week, time.min, ZoneInfo(zone_name))
    return end - timedelta(days=7), end
