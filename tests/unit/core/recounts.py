"""The numbers of the dashboards counted again, by hand, from the rows of a seeded year."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from core.certificates.models import Certificate
from core.coaching.models import Goal, HabitEntry
from core.cohorts.models import Cohort, Enrolment, SeatPool
from core.mentorship.models import Session
from core.programs.models import VersionItem
from core.progress.models import Progress
from core.quizzes.models import QuizAttempt
from core.reviews.models import QueueEntry
from core.submissions.models import Submission
from core.subscriptions.models import Plan, Subscription
from core.users.guardians import without_consent
from core.users.models import Consent, User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.subscription_rows import after_end_of, paid_subscription
from tests.unit.core.world import person, signed_in

DAY = timedelta(days=1)
ENROLLED = {"applied", "offered", "pending_payment", "active", "suspended", "completed"}


def put_at_risk() -> None:
    """In the seed no promise is broken, no streak lost, no session forgotten and no payment
    missing."""
    now = timezone.now()
    QueueEntry.objects.update(promised_by=now - DAY)
    held = Session.objects.filter(state="held").values("pk")[:3]
    QuerySet(Session).filter(pk__in=held).update(state="confirmed")
    QuerySet(HabitEntry).filter(local_date__gte=now.date() - 7 * DAY).delete()
    learner = Enrolment.objects.filter(state="active").order_by("pk")[0].user
    late = after_end_of("period_ends_at", paid_subscription(learner, Plan.objects.get(slug="plus")))
    QuerySet(Subscription).filter(pk=late.pk).update(period_ends_at=now - 4 * DAY)


def requirements_recounted(user: User, enrolment: Enrolment) -> tuple[int, int]:
    """Done and total, by hand."""
    rows = VersionItem.objects.filter(program_version=enrolment.program_version, required=True)
    items = [one.item for one in rows]
    courses = {one.course_id for one in items if one.course_id}
    counted = [one for one in items if one.pk not in courses or one.content_type != "course"]
    done = {
        row.content.pk
        for row in Progress.objects.filter(user=user).select_related("content")
        if (row.status == "completed" or row.first_completed_at) and row.completion_source != "self"
    }
    return sum(bool({one.pk, one.course_id} & done) for one in counted), len(counted)


def learner_mismatches(user: User) -> dict[str, Any]:
    _, shown = signed_in(user).get("student/overview/")
    as_of = datetime.fromisoformat(shown["as_of"])
    completed = [row.first_completed_at for row in Progress.objects.filter(user=user)]
    goals = Counter(goal.state for goal in Goal.objects.filter(user=user))
    enrolments = [
        one for one in Enrolment.objects.filter(user=user).order_by("pk") if one.state in ENROLLED
    ]
    pairs = {
        "completed_7_days": (
            shown["completed_7_days"],
            sum(at is not None and at > as_of - 7 * DAY for at in completed),
        ),
        "completed_28_days": (
            shown["completed_28_days"],
            sum(at is not None and at > as_of - 28 * DAY for at in completed),
        ),
        "goals": ({k: n for k, n in shown["goals"].items() if n}, dict(goals)),
        "required": (
            [(one["required_done"], one["required_total"]) for one in shown["programs"]],
            [requirements_recounted(user, one) for one in enrolments],
        ),
        "milestones": (
            [
                sum(stage["milestone_done"] for stage in one["milestones"])
                for one in shown["programs"]
            ],
            [requirements_recounted(user, one)[0] for one in enrolments],
        ),
        "reviews": (
            len(shown["reviews"]),
            sum(
                one.state in ("submitted", "in_review")
                for one in Submission.objects.filter(user=user)
            ),
        ),
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def activity_times() -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {}
    rows: list[tuple[int, datetime | None]] = [
        *((one.user_id, one.updated_at) for one in Progress.objects.all()),
        *((one.user_id, one.created_at) for one in Submission.objects.all()),
        *((one.user_id, one.submitted_at) for one in Submission.objects.all()),
        *((one.user_id, one.started_at) for one in QuizAttempt.objects.all()),
        *((one.user_id, one.created_at) for one in HabitEntry.objects.all()),
    ]
    for user_id, at in rows:
        if at is not None:
            found.setdefault(user_id, []).append(at)
    return found


def director_recounted(as_of: datetime) -> dict[str, Any]:
    """The numbers of an admin, who manages every cohort, by hand."""
    enrolments = [*Enrolment.objects.all()]
    active = [one for one in enrolments if one.state == "active"]
    learners = {one.user_id for one in active}
    times = activity_times()
    seen = {user for user in learners if max(times.get(user, [as_of - 99 * DAY])) > as_of - 7 * DAY}
    unconsented = {*without_consent().values_list("user", flat=True)}
    waiting = [
        one
        for one in QueueEntry.objects.select_related("submission")
        if one.submission.user_id in learners - unconsented
        and (one.second_opinion or one.submission.state in ("submitted", "in_review"))
    ]
    overdue = {one.submission.user_id for one in waiting if one.promised_by < as_of}
    inactive = {
        one.user_id
        for one in active
        if one.user_id not in seen and one.activated_at and one.activated_at <= as_of - 7 * DAY
    }
    lost = {user for user in learners if streak_was_lost(user, as_of)}
    unpaid = {one.user_id for one in Subscription.objects.all() if is_unpaid(one, as_of)} & learners
    unrecorded = [
        one.ends_at - one.starts_at
        for one in Session.objects.filter(state="confirmed")
        if one.learner_id in learners and one.ends_at <= as_of
    ]
    return {
        "cohorts": dict(Counter(one.state for one in Cohort.objects.all())),
        "enrolments": dict(Counter(one.state for one in enrolments)),
        "learners": len(learners),
        "active_7_days": len(seen),
        "at_risk": len(inactive | overdue | lost | unpaid),
        "risks": {
            "inactive": len(inactive),
            "review_overdue": len(overdue),
            "streak_lost": len(lost),
            "payment_missing": len(unpaid),
        },
        "reviews": (len(waiting), sum(one.promised_by < as_of for one in waiting)),
        "sessions": (
            len(unrecorded),
            round(sum(unrecorded, timedelta()).total_seconds() / 3600, 2),
        ),
    }


def is_unpaid(one: Subscription, as_of: datetime) -> bool:
    ended = one.period_ends_at
    is_late = ended is not None and ended <= as_of - 3 * DAY
    return one.state == "past_due" and not one.is_trial and is_late


def streak_was_lost(user: int, as_of: datetime) -> bool:
    today = as_of.date()
    rows = HabitEntry.objects.filter(user=user, state="done", habit__state="active")
    days = {
        one.local_date
        for one in rows
        if not any(
            pause.last_day is None or pause.last_day >= today - 7 * DAY
            for pause in one.habit.pauses.all()
        )
    }
    before = [day for day in days if today - 14 * DAY <= day < today - 7 * DAY]
    return len(before) >= 3 and not any(day >= today - 7 * DAY for day in days)


# --- sponsors ------------------------------------------------------------------------------------
OUTCOME_OF_STATE = {
    "offered": "offered",
    "pending_payment": "offered",
    "active": "active",
    "suspended": "active",
    "completed": "completed",
}
SEAT_NUMBERS = {*OUTCOME_OF_STATE.values(), "certified", "used"}


def fives(count: int) -> int:
    return count // 5 * 5


def taken_seats_recounted(enrolments: Iterable[Enrolment]) -> dict[str, int]:
    """The taken seats by outcome, and `used`, by hand: the learners who let sponsors see their
    name, and of the others the fives."""
    unable = {*without_consent().values_list("user", flat=True)}
    consents = Consent.objects.filter(kind="sponsor_sees_name", withdrawn_at=None)
    named = {*consents.values_list("user", flat=True)} - unable
    certified = {*Certificate.objects.filter(state="valid").values_list("enrolment", flat=True)}
    counts: dict[str, Counter[bool]] = {name: Counter() for name in SEAT_NUMBERS}
    for one in enrolments:
        if outcome := OUTCOME_OF_STATE.get(one.state):
            is_certified = outcome == "completed" and one.pk in certified
            for name in ("certified" if is_certified else outcome, "used"):
                counts[name][one.user_id in named] += 1
    return {name: both[True] + fives(both[False]) for name, both in counts.items()}


def sponsor_mismatches(
    shown: dict[str, Any], enrolments: list[Enrolment], pools: Iterable[SeatPool]
) -> dict[str, Any]:
    """Numbers that are shown and differ from a recount."""
    size = sum(one.size for one in pools)
    seats = taken_seats_recounted(enrolments)
    states = Counter(one.state for one in enrolments)
    recounted = {
        "size": size,
        "free": max(0, size - seats["used"]),
        **seats,
        **{state: fives(states[state]) for state in ("applied", "withdrawn", "expired")},
    }
    numbers_shown = {
        **{name: shown[name] for name in ("size", "used", "free")},
        **shown["outcomes"],
        **shown.get("seatless", {}),
    }
    return {
        name: (number, recounted[name])
        for name, number in numbers_shown.items()
        if number is not None and number != recounted[name]
    }


def check_numbers_of_sponsors() -> None:
    """As an admin, who reaches every organization. In the seed few learners let sponsors see
    their name: here every second one does."""
    for user in User.objects.filter(role=Role.LEARNER).order_by("pk")[::2]:
        Consent.objects.get_or_create(user=user, kind="sponsor_sees_name", withdrawn_at=None)
    sponsor = signed_in(person("sponsor-counter", Role.ADMIN))
    _, overview = sponsor.get("sponsor/overview/")
    _, seats = sponsor.get("sponsor/seats/?page_size=100")
    school = overview["organizations"][0]
    assert all((school["used"], school["outcomes"]["active"], school["seatless"]["withdrawn"]))
    tables = [
        (one, {"cohort__organization": one["organization"]}, "")
        for one in overview["organizations"]
    ]
    tables += [(one, {"cohort": one["cohort"]}, one["pool"]) for one in seats["results"]]
    found = []
    for one, of_one, kind in tables:
        rows = Enrolment.objects.filter(**of_one, **({"pool": kind} if kind else {}))
        pools = SeatPool.objects.filter(**of_one, **({"kind": kind} if kind else {}))
        found += [sponsor_mismatches(one, [*rows], pools)]
    assert [one for one in found if one] == []


def check_numbers_of_learners() -> None:
    """Of every fourth, and so of some in each cohort."""
    learners = User.objects.filter(role=Role.LEARNER).order_by("pk")[::4]
    mismatches = {one.pk: learner_mismatches(one) for one in learners}
    assert {pk: found for pk, found in mismatches.items() if found} == {}


def check_numbers_of_directors() -> None:
    _, shown = signed_in(person("counter", Role.ADMIN)).get("director/overview/")
    queue, sessions = shown["review_queue"], shown["sessions"]
    assert all(shown["risks"].values())
    assert all((queue["reviews_waiting"], sessions["unrecorded_sessions"]))
    assert director_recounted(datetime.fromisoformat(shown["as_of"])) == {
        "cohorts": {state: n for state, n in shown["cohorts"].items() if n},
        "enrolments": {state: n for state, n in shown["enrolments"].items() if n},
        **{name: shown[name] for name in ("learners", "active_7_days", "at_risk", "risks")},
        "reviews": (queue["reviews_waiting"], queue["reviews_overdue"]),
        "sessions": (sessions["unrecorded_sessions"], sessions["unrecorded_hours"]),
    }
