"""Two processes that enter flags and unlock hints at random exceed no limit and charge once."""

import random
from collections import Counter
from uuid import UUID

import pytest

from core.missions.labs import enter_flag, issue_flag, unlock_hint
from core.missions.models import FlagAttempt, HintUnlock, Mission
from core.missions.selectors import hint_cost
from core.missions.services import change_mission
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.random_cases import CASES
from tests.unit.core.offered_missions import HINTS, lab
from tests.unit.core.two_processes import outcomes, run_in_two
from tests.unit.core.world import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.random]

OPERATIONS, LEARNERS, LIMIT = 200 * CASES, 12, 15


class Operations:
    """Random requests of a few learners at one mission. `seed` says which process it is."""

    def __init__(self, mission_id: UUID, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  (repeatable)
        self.mission_id = mission_id
        self.admin = User.objects.get(email__startswith="ada")
        self.learners = [*User.objects.filter(email__startswith="learner-").order_by("pk")]

    def run(self) -> Counter[str]:
        kinds = [self.guess] * 12 + [self.unlock] * 3 + [self.own, self.others, self.change]
        return outcomes(self.random.choice(kinds) for _ in range(OPERATIONS))

    def enter(self, entered: str, learner: User | None = None) -> None:
        learner = learner or self.random.choice(self.learners)
        enter_flag(user=learner, mission_id=self.mission_id, entered=entered)

    def flag(self, owner: User) -> str:
        return issue_flag(caller=self.admin, mission_id=self.mission_id, user_id=owner.pk)

    def guess(self) -> None:
        self.enter("ongoza{guess}")

    def own(self) -> None:
        learner = self.random.choice(self.learners)
        self.enter(self.flag(learner), learner)

    def others(self) -> None:
        self.enter(self.flag(self.learners[0]), self.random.choice(self.learners[1:]))

    def unlock(self) -> None:
        unlock_hint(
            user=self.random.choice(self.learners),
            mission_id=self.mission_id,
            number=self.random.choice((1, 2)),
        )

    def change(self) -> None:
        change_mission(mission_id=self.mission_id, flag_attempts=self.random.choice((LIMIT, 10)))


def run(mission_id: UUID, seed: int) -> Counter[str]:
    return Operations(mission_id, seed).run()


def test_two_processes_exceed_no_limit_of_flags_and_charge_each_hint_once() -> None:
    mission: Mission = lab(flag_attempts=LIMIT)
    person("ada", Role.ADMIN)
    learners = [person(f"learner-{number}") for number in range(LEARNERS)]

    found = run_in_two(run, mission.pk)

    assert min(found[name] for name in ("guess", "own", "others", "unlock", "change")) > 3, found
    assert min(found["no_attempts_left"], found["flag_found"]) > 0, found
    made = FlagAttempt.objects.filter(mission=mission)
    assert made.count() == found["guess"] + found["own"] + found["others"]
    assert made.filter(outcome="accepted").count() == found["own"]
    assert made.filter(outcome="of_another", owner=learners[0]).count() == found["others"]
    for learner in learners:
        own = made.filter(user=learner).order_by("number")
        assert own.count() <= LIMIT
        assert [*own.values_list("number", flat=True)] == [*range(1, own.count() + 1)]
        assert own.filter(outcome="accepted").count() <= 1
        charged = HintUnlock.objects.filter(user=learner)
        assert charged.count() == len({*charged.values_list("hint", flat=True)})
        costs = {number: one["cost"] for number, one in enumerate(HINTS, start=1)}
        expected = sum(costs[one.hint.number] for one in charged.select_related("hint"))
        assert hint_cost(learner.pk, mission.pk) == expected
