"""Two processes at random: no seat of a group session is given twice; a report and a block are made
once, and the messages of a match are numbered without a gap."""

import random
from collections import Counter
from typing import Any

import pytest

from core.conduct import services as conduct
from core.conduct.models import UNDECIDED, DecisionAction, Outcome, Report, ReportReason
from core.mentorship import blocks, groups, messages
from core.mentorship.conversation_models import Block, GroupSeat, GroupSession, Message
from core.mentorship.messages import Content
from core.mentorship.models import Match
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.random_cases import CASES
from tests.unit.core.mentor_rows import ahead, match_of, profile
from tests.unit.core.school import insert_world
from tests.unit.core.two_processes import outcomes, run_in_two
from tests.unit.core.world import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.random]

OPERATIONS, LEARNERS, SEATS = 100 * CASES, 8, 3


class SeatOperations:
    """Random requests about one group session."""

    def __init__(self, group_id: Any, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  (repeatable)
        self.group_id = group_id
        self.learners = [*User.objects.filter(email__startswith="learner-").order_by("pk")]

    def run(self) -> Counter[str]:
        return outcomes(self.random.choice([self.take, self.leave]) for _ in range(OPERATIONS))

    def take(self) -> None:
        groups.take_seat(learner=self.random.choice(self.learners), group_id=self.group_id)
        assert GroupSeat.objects.count() <= SEATS

    def leave(self) -> None:
        groups.leave_seat(learner=self.random.choice(self.learners), group_id=self.group_id)


def run_seats(group_id: Any, seed: int) -> Counter[str]:
    return SeatOperations(group_id, seed).run()


def test_two_processes_give_no_seat_twice() -> None:
    world = insert_world()
    profile(world.mentor)
    group = groups.open_group(
        mentor=world.mentor,
        title="Capture the flag",
        starts_at=ahead(4),
        ends_at=ahead(4, hour=10),
        time_zone="Africa/Nairobi",
        seats=SEATS,
    )
    for number in range(LEARNERS):
        person(f"learner-{number}", Role.LEARNER, world.school)
    found = run_in_two(run_seats, group.pk)
    assert min(found[name] for name in ("take", "leave", "no_seat_left")) > 3, found
    assert GroupSeat.objects.count() <= GroupSession.objects.get().seats


class PairOperations:
    """Random requests of the two of a match and of their director."""

    def __init__(self, match_id: Any, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  (repeatable)
        self.match = Match.objects.select_related("learner", "mentor").get(pk=match_id)
        self.director = User.objects.get(role=Role.DIRECTOR)

    def run(self) -> Counter[str]:
        kinds = [self.send] * 4 + [self.report] * 2 + [self.decide] * 2 + [self.block, self.unblock]
        return outcomes(self.random.choice(kinds) for _ in range(OPERATIONS))

    def one(self) -> Any:
        return self.random.choice([self.match.learner, self.match.mentor])

    def send(self) -> None:
        messages.send_message(author=self.one(), match_id=self.match.pk, content=Content("Hello"))

    def report(self) -> None:
        reason = self.random.choice([ReportReason.SAFETY, ReportReason.OTHER])
        conduct.report(reporter=self.one(), match_id=self.match.pk, reason=reason, text="Rude")

    def decide(self) -> None:
        row = Report.objects.order_by("?").first()
        if row is not None:
            action = self.random.choice([*DecisionAction])
            outcome = Outcome.ADVICE if action == DecisionAction.RESOLVE else None
            conduct.decide(caller=self.director, report_id=row.pk, action=action, outcome=outcome)

    def block(self) -> None:
        conduct.block_other(user=self.one(), match_id=self.match.pk)

    def unblock(self) -> None:
        row = Block.objects.select_related("blocker").order_by("?").first()
        if row is not None:
            blocks.unblock(user=row.blocker, block_id=row.pk)


def run_pair(match_id: Any, seed: int) -> Counter[str]:
    return PairOperations(match_id, seed).run()


def test_two_processes_report_and_block_once_and_number_messages_without_a_gap() -> None:
    world = insert_world()
    match = match_of(world.learner, world.mentor)
    found = run_in_two(run_pair, match.pk)
    kinds = ("send", "report", "decide", "block", "unblock", "already_reported", "blocked")
    assert min(found[name] for name in kinds) > 0, found
    numbers = sorted(Message.objects.values_list("number", flat=True))
    assert numbers == [*range(1, len(numbers) + 1)]
    undecided = Counter(
        Report.objects.filter(state__in=UNDECIDED).values_list("reporter", "reported", "reason")
    )
    assert max(undecided.values(), default=0) <= 1
    pairs = Counter(Block.objects.values_list("blocker", "blocked"))
    assert max(pairs.values(), default=0) <= 1
