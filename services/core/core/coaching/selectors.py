"""Reads of goals, habits and reflections."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    prefetch_related_objects,
)

from core.access.models import Membership
from core.access.selectors import active_memberships, reach, reaches
from core.coaching.days import local_day
from core.coaching.models import Goal, GoalMilestone, Habit, HabitEntry, Reflection
from core.coaching.publications import habit_fact
from core.kit import clock
from core.kit.errors import NotFound
from core.users.models import Consent, Preferences, User
from ongoza_contracts.access import Permission, ScopeKind
from ongoza_contracts.coaching import GoalState, HabitEntryState, HabitState
from ongoza_contracts.streaks import measures
from ongoza_contracts.vocabulary import Role

Titled = TypeVar("Titled", Goal, GoalMilestone)

TAGS_OF = timedelta(days=30)
"""How far back an overview looks for tags."""


def goals_of(caller: User, user_id: int) -> QuerySet[Goal]:
    """A learner's goals, oldest first. Raises NotFound for a learner out of reach."""
    if not reaches(caller, Permission.LEARNER_READ, user_id):
        raise NotFound
    return _with_title_shown(Goal.objects.filter(user_id=user_id), caller, "user_id")


def visible_goal(caller: User, goal_id: UUID) -> Goal:
    """Raises NotFound both for a goal that does not exist and for one out of reach."""
    within = reach(caller, Permission.LEARNER_READ, "user_id")
    rows = _with_title_shown(Goal.objects.filter(within, pk=goal_id), caller, "user_id")
    goal = rows.first()
    if goal is None:
        raise NotFound
    return goal


def milestones_of(caller: User, goal_id: UUID) -> QuerySet[GoalMilestone]:
    """Oldest first. Raises NotFound for a goal out of reach."""
    rows = visible_goal(caller, goal_id).milestones.all()
    return _with_title_shown(rows, caller, "goal__user_id")


def _with_title_shown(rows: QuerySet[Titled], caller: User, column: str) -> QuerySet[Titled]:
    """The rows with `title_shown`: a title, which the learner wrote, is for the learner, for those
    who reach the learner otherwise than as a mentor, and by the learner's consent for mentors."""
    consents = Q(Exists(consents_to_mentors(OuterRef(column))))
    others = reach(caller, Permission.LEARNER_READ, column, without=Role.MENTOR)
    shown = consents | (others or Q(pk__isnull=False))
    title_shown = ExpressionWrapper(shown, BooleanField())
    return rows.annotate(title_shown=title_shown)  # type: ignore[no-redef]  # the model's default


def own_habit(user: User, habit_id: UUID) -> Habit:
    """One of the user's habits with its measures. Raises NotFound."""
    habit = Habit.objects.filter(user=user, pk=habit_id).first()
    if habit is None:
        raise NotFound
    return with_measures([habit])[0]


def entries_of(user: User, habit_id: UUID) -> QuerySet[HabitEntry]:
    """The recorded days of one of the user's habits, newest first. Raises NotFound."""
    if not Habit.objects.filter(user=user, pk=habit_id).exists():
        raise NotFound
    return HabitEntry.objects.filter(habit=habit_id)


def with_measures(habits: Sequence[Habit]) -> Sequence[Habit]:
    """The same habits with `measures` as of now, for three queries."""
    prefetch_related_objects([*habits], "pauses")
    days, today = days_of(habits), _today_of({habit.user_id for habit in habits})
    for habit in habits:
        habit.measures = measures(habit_fact(habit), days[habit.pk], today[habit.user_id])
    return habits


def days_of(habits: Sequence[Habit]) -> defaultdict[UUID, dict[date, HabitEntryState]]:
    """The recorded days by habit."""
    found: defaultdict[UUID, dict[date, HabitEntryState]] = defaultdict(dict)
    rows = HabitEntry.objects.filter(habit__in=habits).order_by()
    for habit_id, day, state in rows.values_list("habit_id", "local_date", "state"):
        found[habit_id][day] = HabitEntryState(state)
    return found


def _today_of(users: set[int]) -> dict[int, date]:
    now = clock.now()
    return {user: local_day(own, now) for user, own in preferences_by_user(users).items()}


def preferences_by_user(users: set[int]) -> dict[int, Preferences]:
    """The defaults for a user who never changed any."""
    found = Preferences.objects.in_bulk(users)
    return {user: found.get(user) or Preferences(user_id=user) for user in users}


def reflections_of(caller: User, user_id: int) -> QuerySet[Reflection]:
    """The caller's own reflections, or those that a learner shares with the caller, newest first.
    Raises NotFound for a learner who shares none."""
    if caller.id == user_id:
        return Reflection.objects.filter(user=caller)
    shared = shared_reflections(caller, user_id)
    if not shared.exists():
        raise NotFound
    return shared


def shared_reflections(mentor: User, user_id: int) -> QuerySet[Reflection]:
    """Those of a learner that the mentor may read now, newest first."""
    return Reflection.objects.filter(_shared_with(mentor), user_id=user_id)


def visible_reflection(caller: User, reflection_id: UUID) -> Reflection:
    """Raises NotFound for one that is neither the caller's nor shared with the caller."""
    visible = Q(user=caller) | _shared_with(caller)
    found = Reflection.objects.filter(visible, pk=reflection_id).first()
    if found is None:
        raise NotFound
    return found


def _shared_with(caller: User) -> Q:
    """Reflections that are shared with the caller, who is the author's mentor, while the author's
    consent to it lasts."""
    mentoring = mentorships_of(OuterRef("user_id")).filter(user_id=caller.id)
    consents = consents_to_mentors(OuterRef("user_id"))
    return Q(Exists(mentoring), Exists(consents), shares__mentor_id=caller.id)


def consents_to_mentors(learner: Any) -> QuerySet[Consent]:
    """The learner's consent, while it lasts, that mentors read what the learner writes."""
    kind = Consent.Kind.MENTOR_READS_REFLECTIONS
    return Consent.objects.filter(user_id=learner, kind=kind, withdrawn_at=None)


def mentorships_of(learner: Any) -> QuerySet[Membership]:
    """The active memberships of a learner's mentors."""
    rows = active_memberships()
    return rows.filter(role=Role.MENTOR, scope=ScopeKind.LEARNER, learner_id=learner)


def active_habits(user: User) -> Sequence[Habit]:
    """With their measures, oldest first."""
    return with_measures([*Habit.objects.filter(user=user, state=HabitState.ACTIVE)])


def goals_by_state(user: User) -> dict[str, int]:
    counted = Goal.objects.filter(user=user).order_by().values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in GoalState} | dict(counted)


def recent_tags(user: User, now: datetime) -> list[str]:
    """The tags of the user's recent reflections, the most frequent first."""
    recent = Reflection.objects.filter(user=user, created_at__gt=now - TAGS_OF)
    counts = Counter(tag for tags in recent.values_list("tags", flat=True) for tag in tags)
    return sorted(counts, key=lambda tag: (-counts[tag], tag))
