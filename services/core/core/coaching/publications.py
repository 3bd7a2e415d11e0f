"""Goals and habits are published without the title, which is the learner's own text."""

from core.coaching.models import Goal, Habit, HabitEntry, PauseRange
from core.outbox.publications import Publication, register
from ongoza_contracts.coaching import GoalUpdated, HabitEntryUpdated, HabitUpdated

HABIT_COLUMNS = (
    *("user_id", "schedule", "times_a_week", "starts_on", "state", "created_at", "updated_at"),
)

GOALS = register(
    Publication(
        model=Goal,
        fact=GoalUpdated,
        columns={"goal_id": "id"},
        unpublished={"title": "(the title was lost)"},
    )
)


def habit_fact(row: Habit) -> HabitUpdated:
    pauses = sorted(row.pauses.all(), key=lambda pause: (pause.first_day, pause.pk))
    return HabitUpdated.model_validate(
        {
            "version": row.version,
            "habit_id": row.id,
            **{name: getattr(row, name) for name in HABIT_COLUMNS},
            "weekdays": tuple(row.weekdays),
            "pauses": [{"first_day": one.first_day, "last_day": one.last_day} for one in pauses],
        }
    )


def assign_habit(row: Habit, fact: HabitUpdated) -> None:
    row.id, row.weekdays = fact.habit_id, [*fact.weekdays]
    row.schedule, row.state = fact.schedule.value, fact.state.value
    for name in {*HABIT_COLUMNS} - {"schedule", "state"}:
        setattr(row, name, getattr(fact, name))


def assign_pauses(row: Habit, fact: HabitUpdated) -> None:
    row.pauses.all().delete()
    row.pauses.bulk_create(PauseRange(habit=row, **one.model_dump()) for one in fact.pauses)


HABITS = register(
    Publication(
        model=Habit,
        fact=HabitUpdated,
        columns={"habit_id": "id"},
        builder=habit_fact,
        related=("pauses",),
        assign_row=assign_habit,
        assign_related=assign_pauses,
        unpublished={"title": "(the title was lost)", "reminder_at": None, "reminder_due_at": None},
    )
)
HABIT_ENTRIES = register(
    Publication(
        model=HabitEntry,
        fact=HabitEntryUpdated,
        unpublished={"time_zone": "UTC"},
    )
)
