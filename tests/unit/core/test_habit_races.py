"""Two processes that record the same days at random leave one entry a day, each state published."""

import random
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from core.coaching.habits import log_day, pause_habit, update_habit
from core.coaching.models import Habit, HabitEntry
from core.kit.errors import DomainError
from core.outbox.models import FactHistory
from core.users.models import User
from ongoza_contracts.coaching import HabitEntryState, HabitEntryUpdated, HabitUpdated
from tests.random_cases import CASES
from tests.unit.core.coaching_rows import habit_of
from tests.unit.core.two_processes import run_in_two
from tests.unit.core.world import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.random]

OPERATIONS, DAYS = 100 * CASES, 3


def run(seed: int) -> Counter[str]:
    chance, found = random.Random(seed), Counter[str]()  # noqa: S311  (repeatable)
    user, habit = User.objects.get(), Habit.objects.get()
    today = timezone.now().date()
    for _ in range(OPERATIONS):
        day = today - timedelta(days=chance.randrange(DAYS))
        named: Any = {"user": user, "habit_id": habit.pk}
        try:
            if chance.random() < 0.9:
                state = chance.choice([*HabitEntryState])
                log_day(**named, state=state, local_date=day)
                found["logged"] += 1
            elif chance.random() < 0.5:
                pause_habit(**named, first_day=day, last_day=day)
                found["paused"] += 1
            else:
                update_habit(**named, title=f"{seed} {found}"[:200])
                found["changed"] += 1
        except DomainError as refusal:
            found[refusal.code] += 1
    return found


def test_two_processes_leave_one_entry_a_day_and_one_fact_a_version() -> None:
    habit_of(person("amina"))

    found = run_in_two(run)

    assert found["logged"] > 2 * OPERATIONS * 0.8, found
    entries = {entry.local_date: entry for entry in HabitEntry.objects.all()}
    assert len(entries) == HabitEntry.objects.count() == DAYS
    for day, entry in entries.items():
        key = HabitEntryUpdated.key_of(entry.user_id, entry.habit_id, day)
        facts = [*FactHistory.objects.filter(key=key).order_by("id")]
        assert [fact.version for fact in facts] == [*range(1, entry.version + 1)]
        states = [fact.body["state"] for fact in facts]
        assert all(before != after for before, after in pairwise(states))  # no fact of no change
        assert states[-1] == entry.state
    habit = Habit.objects.get()
    facts = [*FactHistory.objects.filter(type=HabitUpdated.type).order_by("id")]
    assert [fact.version for fact in facts] == [*range(1, habit.version + 1)]
    assert len(facts[-1].body["pauses"]) == habit.pauses.count() == found["paused"]
