"""Goals are published without the title, which is the learner's own text."""

from core.coaching.models import Goal
from core.outbox.publications import Publication, register
from ongoza_contracts.coaching import GoalUpdated

GOALS = register(
    Publication(
        model=Goal,
        fact=GoalUpdated,
        columns={"goal_id": "id"},
        unpublished={"title": "(the title was lost)"},
    )
)
