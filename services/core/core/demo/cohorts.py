"""The academy's cohorts: what people and time did with them, one after another, until now."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from core.access.services import Scope, grant
from core.certificates.services import issue_certificate, revoke_certificate
from core.cohorts import announcements, completion, enrolments, services
from core.cohorts.models import Cohort, Enrolment
from core.cohorts.services import PoolSpec
from core.kit import clock
from core.kit.past import happened_at
from core.organizations.models import Organization
from core.programs.models import ContentItem, ProgramVersion
from core.progress.models import Progress
from core.progress.services import record_progress
from core.subscriptions.money import Money
from core.users.models import User
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.cohorts import EnrolmentState, PoolKind
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Role

TIME_ZONE = "Africa/Nairobi"
LEARNERS_OF_COHORTS = 200
"""Of so many learners some apply for the cohorts of `COHORTS`; the next so many for others."""
PLANNED, OPENED = timedelta(days=-100), timedelta(days=-50)
"""From the first day of a cohort."""
APPLIED_WITHIN = timedelta(days=42)
LASTS, CLOSED_AFTER = timedelta(weeks=26), timedelta(weeks=1)
SEAT_PRICES = (Money(15_000_00, "KES"), Money(120_00, "USD"))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


Expected: TypeAlias = tuple[datetime, int, Callable[[], object]]
"""When something happens, its place among what happens then, and what does."""


class DemoCohort(NamedTuple):
    program: str
    name: str
    begins: int
    """Days from today."""
    pools: dict[PoolKind, int]
    applicants: int


COHORTS = (
    DemoCohort("foundation", "Foundation, evening class", -60, {PoolKind.SCHOLARSHIP: 12}, 16),
    DemoCohort("foundation", "Foundation, last intake", -240, {PoolKind.SPONSORED: 8}, 12),
    DemoCohort(
        "builders",
        "Secure builders, next intake",
        30,
        {PoolKind.PAID: 4, PoolKind.SCHOLARSHIP: 6, PoolKind.SPONSORED: 4},
        28,
    ),
    DemoCohort("leaders", "Leaders, being planned", 90, {PoolKind.SPONSORED: 10}, 0),
)
WELCOME = (
    "Welcome to the cohort",
    "We meet every Monday at 18:00, Nairobi time. Begin with the first milestone of your program.",
)
HALF_WAY = (
    "Half of the weeks are over",
    "Look at what your enrolment still requires, and ask us to confirm what you finished.",
)


@dataclass(frozen=True)
class Academy:
    organization: Organization
    director: User


class Member(NamedTuple):
    """A learner who may apply."""

    user_id: int
    joined_at: datetime


def plant_cohorts(academy: Academy, members: Sequence[Member]) -> None:
    """Those who had joined in time apply, each for one cohort."""
    until = clock.now()
    for number in range(max(1, len(members) // LEARNERS_OF_COHORTS)):
        first = number * LEARNERS_OF_COHORTS
        remaining = [*members[first : first + LEARNERS_OF_COHORTS]]
        for plan in COHORTS:
            name = f"{plan.name}, group {number + 1}" if number else plan.name
            intake = Intake(plan._replace(name=name), academy, until)
            present = [one for one in remaining if one.joined_at < intake.first_day + OPENED]
            applicants = present[: plan.applicants]
            remaining = [one for one in remaining if one not in applicants]
            intake.run(applicants)


@dataclass
class Intake:
    """The life of one cohort. What happens in it leads to what happens later."""

    plan: DemoCohort
    academy: Academy
    until: datetime
    """What would come after it has not happened."""
    learners: dict[int, User] = field(default_factory=dict)
    """By their number, in the order in which they apply."""
    seen: set[tuple[UUID, str]] = field(default_factory=set)
    """The enrolments and their states that were gone on from."""
    to_come: list[Expected] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)

    @property
    def first_day(self) -> datetime:
        today = self.until.astimezone(ZoneInfo(TIME_ZONE)).date()
        day = today + timedelta(days=self.plan.begins)
        return datetime.combine(day, time(9), ZoneInfo(TIME_ZONE))

    @property
    def closed_at(self) -> datetime:
        return self.first_day + LASTS + CLOSED_AFTER

    def run(self, applicants: Sequence[Member]) -> None:
        with happened_at(self.first_day + PLANNED):
            self.cohort = self._plan()
        self.required = self._required_items()
        self._expect_the_cohort()
        self._expect_applications(applicants)
        while self.to_come:
            moment, _, happen = heappop(self.to_come)
            with happened_at(moment):
                happen()
                self._go_on()

    def _at(self, moment: datetime, happen: Callable[..., object], **arguments: object) -> None:
        if moment <= self.until:
            one: Expected = (moment, next(self.order), partial(happen, **arguments))
            heappush(self.to_come, one)

    def _in(self, pause: timedelta, happen: Callable[..., object], **arguments: object) -> None:
        self._at(clock.now() + pause, happen, **arguments)

    # the cohort

    def _plan(self) -> Cohort:
        director, pools = self.academy.director, self.plan.pools.items()
        cohort = services.add_cohort(
            caller=director,
            organization_id=self.academy.organization.pk,
            program_version_id=ProgramVersion.objects.get(program__slug=self.plan.program).pk,
            name=self.plan.name,
            time_zone=TIME_ZONE,
            starts_on=self.first_day.date(),
            ends_on=(self.first_day + LASTS).date(),
            public=True,
        )
        scope = Scope(ScopeKind.COHORT, cohort_id=cohort.pk)
        grant(user_id=director.pk, role=Role.DIRECTOR, scope=scope)
        specs = [PoolSpec(kind=kind, size=size, needs_code=False) for kind, size in pools]
        for spec in specs:
            if spec["kind"] == PoolKind.PAID:
                spec["prices"] = SEAT_PRICES
        return services.set_pools(caller=director, cohort_id=cohort.pk, pools=specs)

    def _required_items(self) -> list[ContentItem]:
        ids = completion.required_items(self.cohort.program_version_id)
        found = ContentItem.objects.in_bulk([*ids], field_name="content_id")
        return [found[content_id] for content_id in ids]

    def _expect_the_cohort(self) -> None:
        move = partial(services.move_cohort, caller=self.academy.director, cohort_id=self.cohort.pk)
        self._at(self.first_day + OPENED, move, action="open")
        self._at(self.first_day, move, action="start")
        self._at(self.first_day + HOUR, self._announce, title=WELCOME[0], text=WELCOME[1])
        self._at(self.first_day + LASTS / 2, self._announce, title=HALF_WAY[0], text=HALF_WAY[1])
        self._at(self.closed_at, move, action="close")

    def _announce(self, title: str, text: str) -> None:
        """The learners are notified here: the job that is scheduled too would find those of now."""
        row = announcements.announce(
            caller=self.academy.director, cohort_id=self.cohort.pk, title=title, text=text
        )
        announcements.notify_next(row, None)

    # its learners

    def _expect_applications(self, applicants: Sequence[Member]) -> None:
        users = User.objects.in_bulk([one.user_id for one in applicants])
        opened = self.first_day + OPENED
        span = min(APPLIED_WITHIN, self.until - opened - HOUR)
        for number, one in enumerate(applicants, start=1):
            self.learners[number] = users[one.user_id]
            moment = opened + HOUR + span * ((number - 1) / len(applicants)) ** 2
            self._at(moment, self._apply, user=users[one.user_id])

    def _apply(self, user: User) -> None:
        pools = [*self.plan.pools]
        enrolments.apply(user=user, cohort_id=self.cohort.pk, pools=pools)

    def _go_on(self) -> None:
        """Expect what follows from each enrolment that has another state than before."""
        numbers = {user.pk: number for number, user in self.learners.items()}
        follow = {
            EnrolmentState.OFFERED: self._expect_answer,
            EnrolmentState.PENDING_PAYMENT: self._expect_payment,
            EnrolmentState.ACTIVE: self._expect_studies,
            EnrolmentState.COMPLETED: self._expect_certificate,
        }
        for row in self.cohort.enrolments.all():
            expect = follow.get(EnrolmentState(row.state))
            if expect and (row.pk, row.state) not in self.seen:
                self.seen.add((row.pk, row.state))
                expect(row, numbers[row.user_id])

    def _expect_answer(self, row: Enrolment, number: int) -> None:
        """Every fifth declines, every seventh lets the time of the offer go by."""
        if number % 7 == 0:
            self._at(row.expires_at or self.until, self._let_expire)
        elif number % 5 == 0:
            self._in(HOUR * (5 + number), enrolments.decline, **self._by_learner(row, number))
        else:
            pause = HOUR * (2 + number * 17 % 40)
            self._in(pause, enrolments.accept, **self._by_learner(row, number))

    def _expect_payment(self, row: Enrolment, number: int) -> None:
        if number % 3 == 0:
            self._at(row.expires_at or self.until, self._let_expire)
        else:
            payment = {**self._by_director(row), "reference": f"TRANSFER-{number:04d}"}
            self._in(2 * DAY, enrolments.confirm_payment, **payment)

    def _let_expire(self) -> None:
        enrolments.expire_and_promote(cohort_id=self.cohort.pk)

    def _expect_studies(self, row: Enrolment, number: int) -> None:
        begins = max(clock.now(), self.first_day + DAY)
        by_director = self._by_director(row)
        if number == 8:
            self._at(begins + 12 * DAY, enrolments.suspend, **by_director)
        elif number == 3:
            self._at(begins + 15 * DAY, enrolments.suspend, **by_director)
            self._at(begins + 24 * DAY, enrolments.resume, **by_director)
        elif number == 4:
            by_learner = {"caller": self.learners[number], "enrolment_id": row.pk}
            self._at(begins + 18 * DAY, enrolments.withdraw, **by_learner)
        elif number == 13:  # the seat is offered to the next, who has not answered yet
            self._at(self.until - 20 * HOUR, enrolments.withdraw, **by_director)
        completed_at = self.first_day + LASTS + HOUR * number
        self._at(completed_at, completion.complete_if_met, enrolment_id=row.pk)
        pause = (self.first_day + LASTS - 21 * DAY - begins) / len(self.required)
        for place, item in enumerate(self.required):
            moment = begins + pause * (place + number / 20)
            self._at(moment, self._confirm, row=row, item=item)

    def _confirm(self, row: Enrolment, item: ContentItem) -> None:
        """On the director's word, once the learner's own reports about the item have ended."""
        found = Progress.objects.filter(user=row.user_id, content=item).first()
        if found and found.updated_at >= clock.now():
            if found.updated_at + DAY < self.first_day + LASTS:
                self._at(found.updated_at + DAY, self._confirm, row=row, item=item)
            return
        row.refresh_from_db(fields=["state"])
        if row.state != EnrolmentState.ACTIVE:
            return
        record_progress(
            caller=self.academy.director,
            user_id=row.user_id,
            content_id=item.content_id,
            content_type=ContentType(item.content_type),
            status=ProgressStatus.COMPLETED,
        )

    def _expect_certificate(self, row: Enrolment, number: int) -> None:
        """The first is issued with a mistake, revoked and issued again."""
        by_learner = {"issued_by": self.learners[number], "enrolment_id": row.pk}
        self._in(DAY, issue_certificate, **by_learner)
        if [state for _, state in self.seen].count(EnrolmentState.COMPLETED) == 1:
            self._in(4 * DAY, self._revoke, row=row)
            by_director = {"issued_by": self.academy.director, "enrolment_id": row.pk}
            self._in(5 * DAY, issue_certificate, **by_director)

    def _revoke(self, row: Enrolment) -> None:
        revoke_certificate(
            revoked_by=self.academy.director,
            certificate_id=row.certificates.get().pk,
            reason="The name was misspelt.",
        )

    def _by_director(self, row: Enrolment) -> dict[str, object]:
        return {"caller": self.academy.director, "enrolment_id": row.pk}

    def _by_learner(self, row: Enrolment, number: int) -> dict[str, object]:
        return {"user": self.learners[number], "enrolment_id": row.pk}
