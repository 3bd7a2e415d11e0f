"""What directors' dashboards show: counted by SQL from the rows of the other apps, within the
cohorts that the caller manages."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from core.cohorts.models import Cohort, Enrolment
from core.cohorts.selectors import managed_cohort, managed_cohorts
from core.director_dashboard.risks import (
    FiredRule,
    LearnerCounts,
    RiskRule,
    enrolments_at_risk,
    fired_rules,
    learner_counts,
)
from core.kit import clock
from core.mentorship.conversation_models import Message
from core.mentorship.models import Session
from core.outbox.models import FactHistory
from core.progress.models import Progress
from core.reviews.selectors import waiting_entries
from core.submissions.models import Submission
from core.users.models import User
from ongoza_contracts.cohorts import CohortState, EnrolmentState
from ongoza_contracts.mentorship import SessionState
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.topics import ENROLMENTS, SUBMISSIONS

SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class ReviewQueue:
    reviews_waiting: int
    reviews_overdue: int
    oldest_since: datetime | None


@dataclass(frozen=True)
class UnrecordedSessions:
    unrecorded_sessions: int
    unrecorded_hours: float


@dataclass(frozen=True)
class Overview:
    as_of: datetime
    cohorts: dict[str, int]
    enrolments: dict[str, int]
    people: LearnerCounts
    review_queue: ReviewQueue
    sessions: UnrecordedSessions


def cohorts_of(caller: User, cohort_id: UUID | None) -> QuerySet[Cohort]:
    """The cohorts that the caller manages, or one of them. Raises NotFound."""
    if cohort_id is None:
        return managed_cohorts(caller)
    return Cohort.objects.filter(pk=managed_cohort(caller, cohort_id).pk)


def ids_of(cohorts: QuerySet[Cohort]) -> list[UUID]:
    return [*cohorts.order_by().values_list("pk", flat=True)]


def overview_of(caller: User, cohort_id: UUID | None) -> Overview:
    """Raises NotFound for a cohort that the caller does not manage."""
    now = clock.now()
    cohorts = cohorts_of(caller, cohort_id)
    ids = ids_of(cohorts)
    active = Enrolment.objects.filter(cohort__in=ids, state=EnrolmentState.ACTIVE)
    learners = active.order_by().values("user")
    return Overview(
        as_of=now,
        cohorts=_by_state(cohorts, CohortState),
        enrolments=_by_state(Enrolment.objects.filter(cohort__in=ids), EnrolmentState),
        people=learner_counts(ids, now)[None],
        review_queue=_review_queue(learners, now),
        sessions=_unrecorded_sessions(learners, now),
    )


def _by_state(
    rows: QuerySet[Any], states: type[CohortState] | type[EnrolmentState]
) -> dict[str, int]:
    found = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    return {state.value: found.get(state.value, 0) for state in states}


def _review_queue(learners: QuerySet[Any], now: datetime) -> ReviewQueue:
    waiting = waiting_entries().filter(submission__user__in=learners).order_by()
    return ReviewQueue(
        **waiting.aggregate(
            reviews_waiting=Count("pk"),
            reviews_overdue=Count("pk", filter=Q(promised_by__lt=now)),
            oldest_since=Min("entered_at"),
        )
    )


def _unrecorded_sessions(learners: QuerySet[Any], now: datetime) -> UnrecordedSessions:
    rows = Session.objects.filter(
        learner__in=learners, state=SessionState.CONFIRMED, ends_at__lte=now
    ).order_by()
    found = rows.aggregate(count=Count("pk"), length=Sum(F("ends_at") - F("starts_at")))
    seconds = found["length"].total_seconds() if found["length"] else 0
    return UnrecordedSessions(found["count"], round(seconds / SECONDS_PER_HOUR, 2))


# --- cohorts -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CohortHealth:
    as_of: datetime
    cohort: Cohort
    seats: int
    enrolments: dict[str, int]
    people: LearnerCounts


def health_of(cohorts: Collection[Cohort]) -> list[CohortHealth]:
    """Of these cohorts, in two queries and one for their pools."""
    now = clock.now()
    ids = [one.pk for one in cohorts]
    counts: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    rows = Enrolment.objects.filter(cohort__in=ids).order_by().values_list("cohort", "state")
    for cohort_id, state, count in rows.annotate(Count("pk")):
        counts[cohort_id][state] = count
    people = learner_counts(ids, now)
    return [
        CohortHealth(
            as_of=now,
            cohort=cohort,
            seats=sum(pool.size for pool in cohort.pools.all()),
            enrolments={state.value: counts[cohort.pk].get(state, 0) for state in EnrolmentState},
            people=people.get(cohort.pk, LearnerCounts()),
        )
        for cohort in cohorts
    ]


# --- learners at risk ----------------------------------------------------------------------------
@dataclass(frozen=True)
class StaffResponse:
    """What staff did since the first rule fired."""

    kind: str
    at: datetime


@dataclass(frozen=True)
class LearnerAtRisk:
    as_of: datetime
    enrolment: Enrolment
    rules: list[FiredRule]
    responses: list[StaffResponse]


@dataclass(frozen=True)
class RiskList:
    """Enrolments at risk with what holds for each, counted at one time."""

    as_of: datetime
    rules: Mapping[UUID, frozenset[RiskRule]]

    @property
    def rows(self) -> QuerySet[Enrolment]:
        ids = RawSQL("SELECT unnest(%s::uuid[])", [[*self.rules]])  # one parameter for many ids
        return Enrolment.objects.filter(pk__in=ids).select_related("user", "cohort")

    def learners(self, enrolments: Collection[Enrolment]) -> list[LearnerAtRisk]:
        """These of `rows`, with the rules that hold and what was done since: three queries."""
        fired = fired_rules({one.pk: self.rules[one.pk] for one in enrolments})
        responses = _responses({one.user_id for one in enrolments})
        found = []
        for one in enrolments:
            rules = fired.get(one.pk, [])  # none where the last one ended while this list was read
            first = min((rule.since for rule in rules), default=self.as_of)
            since = [response for response in responses[one.user_id] if response.at >= first]
            found.append(LearnerAtRisk(self.as_of, one, rules, since))
        return found


def learners_at_risk(caller: User, cohort_id: UUID | None, rule: RiskRule | None) -> RiskList:
    """Those with an active enrolment for whom a rule holds, or this one. Raises NotFound."""
    now = clock.now()
    found = enrolments_at_risk(ids_of(cohorts_of(caller, cohort_id)), now)
    return RiskList(now, {pk: rules for pk, rules in found.items() if not rule or rule in rules})


def _responses(users: Iterable[int]) -> defaultdict[int, list[StaffResponse]]:
    """The last message of a mentor to each learner, and the last session that was held."""
    found: defaultdict[int, list[StaffResponse]] = defaultdict(list)
    messages = Message.objects.filter(from_mentor=True, match__learner__in=users).order_by()
    for user_id, at in messages.values_list("match__learner").annotate(Max("created_at")):
        found[user_id].append(StaffResponse("mentor_message", at))
    held = Session.objects.filter(state=SessionState.HELD, learner__in=users).order_by()
    for user_id, at in held.values_list("learner").annotate(Max("starts_at")):
        found[user_id].append(StaffResponse("mentor_session", at))
    return found


# --- comparison of two times ---------------------------------------------------------------------
@dataclass(frozen=True)
class CohortSnapshot:
    """What the history of facts says of a time."""

    at: datetime
    enrolments: dict[str, int]
    completions: int
    passed: int


def snapshots_at(
    caller: User, cohort_id: UUID | None, times: Sequence[datetime]
) -> list[CohortSnapshot]:
    """One for each time, of people whose accounts still exist. Raises NotFound."""
    cohorts = ids_of(cohorts_of(caller, cohort_id))
    enrolments = Enrolment.objects.filter(cohort__in=cohorts).order_by()
    learners = enrolments.exclude(activated_at=None).values("user")
    submissions = Submission.objects.filter(user__in=learners).order_by()
    completions = Progress.objects.filter(user__in=learners).aggregate(
        **{
            f"by_{n}": Count("pk", filter=Q(first_completed_at__lte=at))
            for n, at in enumerate(times)
        }
    )
    snapshots = []
    for n, at in enumerate(times):
        states = _states_at(ENROLMENTS.name, enrolments, at)
        snapshots.append(
            CohortSnapshot(
                at=at,
                enrolments={state.value: states[state] for state in EnrolmentState},
                completions=completions[f"by_{n}"],
                passed=_states_at(SUBMISSIONS.name, submissions, at)[SubmissionState.PASSED],
            )
        )
    return snapshots


def _states_at(topic: str, rows: QuerySet[Any], at: datetime) -> Counter[str]:
    """The number of these entities in each state, by their newest fact until then."""
    keys = rows.annotate(key=Cast("pk", TextField())).values("key")
    facts = FactHistory.objects.filter(topic=topic, key__in=keys, time__lte=at)
    newest = facts.order_by("key", "-version", "-id").distinct("key").values("pk")
    states = FactHistory.objects.filter(pk__in=newest).order_by().values_list("body__state")
    return Counter(dict(states.annotate(Count("pk"))))
