"""Advice by rules, and nudges: what each rule rests on, who gets it, and when nobody is nudged."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import httpx
import pytest

from ai.coaching.rules import Requirements, Situation, advise
from ai.kit.settings import Settings
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ongoza_contracts.coaching import GoalUpdated, HabitEntryUpdated, HabitUpdated
from ongoza_contracts.cohorts import EnrolmentUpdated
from ongoza_contracts.event import Fact
from ongoza_contracts.http.coaching import CoachRule
from ongoza_contracts.list_views import DismissalUpdated
from ongoza_contracts.mentorship import SessionUpdated
from ongoza_contracts.missions import MissionUpdated
from ongoza_contracts.submissions import SubmissionUpdated
from tests.ai_double import DatabaseDown, app_over, learner_seven
from tests.facts import erased, example, membership, record, user
from tests.tokens import bearer

COACH, NUDGES = (f"/api/v1/student/coaching/{name}" for name in ("ai-coach", "nudges"))
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
F = TypeVar("F", bound=Fact)


def fact(fact_type: type[F], **changes: Any) -> F:
    fields = {**example(fact_type).model_dump(), "version": 3, **changes}
    if "user_id" in fields:
        fields["user_id"] = 7
    return fact_type.model_validate(fields)


def submission(number: int = 1, **changes: Any) -> SubmissionUpdated:
    fields = {"submission_id": UUID(int=number), "previous_id": None, **changes}
    return fact(SubmissionUpdated, **fields)


def advised(**given: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.rule.value, one.evidence) for one in advise(Situation(NOW, **given))]


def test_nothing_is_advised_without_a_reason() -> None:
    assert advised() == []


def test_requested_changes_are_advised_until_an_attempt_makes_them() -> None:
    one = submission(state="changes_requested")
    next_one = submission(2, state="draft", previous_id=one.submission_id)
    assert advised(submissions=[one]) == [
        ("changes_requested", (f"submissions:{one.submission_id}@3",))
    ]
    assert advised(submissions=[one, next_one]) == []


@pytest.mark.parametrize(
    ("ahead", "state", "expected"),
    [
        (HOUR, "confirmed", 1),
        (48 * HOUR, "confirmed", 1),
        (49 * HOUR, "confirmed", 0),
        (-HOUR, "confirmed", 0),
        (HOUR, "requested", 0),
    ],
)
def test_a_session_is_prepared_in_the_two_days_before_it(
    ahead: timedelta, state: str, expected: int
) -> None:
    one = fact(SessionUpdated, state=state, starts_at=NOW + ahead, ends_at=NOW + ahead + HOUR)
    assert (
        advised(sessions=[one]) == [("session_soon", (f"sessions:{one.session_id}@3",))] * expected
    )


@pytest.mark.parametrize(
    ("ahead", "state", "expected"),
    [(6 * DAY, "draft", 1), (8 * DAY, "draft", 0), (-DAY, "draft", 0), (6 * DAY, "submitted", 0)],
)
def test_a_draft_is_finished_in_the_week_before_its_mission_is_due(
    ahead: timedelta, state: str, expected: int
) -> None:
    mission = fact(MissionUpdated, due_at=NOW + ahead)
    one = submission(state=state, mission_id=mission.mission_id)
    given = {"submissions": [one], "missions": {mission.mission_id: mission}}
    facts = (f"submissions:{one.submission_id}@3", f"missions:{mission.mission_id}@3")
    assert advised(**given) == [("mission_due", facts)] * expected
    assert advised(submissions=[one]) == []


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [
        (7, "active", ["Its date is 2026-06-17."]),
        (-1, "active", ["Its date was 2026-06-09."]),
        (8, "active", []),
        (1, "achieved", []),
    ],
)
def test_a_goal_is_looked_at_near_its_date(days: int, state: str, words: list[str]) -> None:
    one = fact(GoalUpdated, state=state, target_date=NOW.date() + days * DAY)
    assert [found.why_now for found in advise(Situation(NOW, goals=[one]))] == words


@pytest.mark.parametrize(
    ("days", "state", "expected"),
    [
        ((6, 7, 8), "active", 1),
        ((7, 8), "active", 0),
        ((6, 7, 8, 9), "active", 0),
        ((5, 6, 7), "active", 0),
        ((6, 7, 8), "archived", 0),
    ],
)
def test_a_streak_is_at_risk_with_nothing_recorded_for_the_last_days(
    days: Sequence[int], state: str, expected: int
) -> None:
    """June 9 is the first day that may not be over."""
    habit = fact(
        HabitUpdated,
        **{"schedule": "daily", "times_a_week": None, "weekdays": (), "pauses": ()},
        **{"starts_on": date(2026, 6, 1), "state": state},
    )
    entries = [
        fact(
            HabitEntryUpdated,
            habit_id=habit.habit_id,
            local_date=date(2026, 6, day),
            state="done",
        )
        for day in days
    ]
    facts = (f"habits:{habit.habit_id}@3", f"habit-entries:7:{habit.habit_id}:2026-06-08@3")
    assert advised(habits=[habit], entries=entries) == [("streak_at_risk", facts)] * expected


def requirements(**changes: Any) -> Requirements:
    enrolment = fact(EnrolmentUpdated, state="active", activated_at=NOW - 30 * DAY)
    return Requirements(enrolment, 9, 4, 0, NOW - 20 * DAY)._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, ["no_completions"]),
        ({"last_completed_at": None}, ["no_completions"]),
        ({"last_completed_at": NOW - 13 * DAY}, []),
        ({"done": 9}, []),
        ({"unconfirmed": 2}, ["no_completions", "unconfirmed"]),
    ],
)
def test_what_the_program_requires_is_advised(changes: dict[str, Any], rules: list[str]) -> None:
    found = advised(requirements=requirements(**changes))
    key = f"enrolments:{requirements().enrolment.enrolment_id}@3"
    assert found == [(rule, (key,)) for rule in rules]


@pytest.mark.parametrize(
    ("unconfirmed", "words"),
    [
        (0, "5 of 9 required items are left, and none was completed in the 20 days since"),
        (2, "5 of 9 required items are not confirmed, and none was confirmed in the 20 days since"),
    ],
)
def test_what_waits_to_be_confirmed_is_not_said_to_be_undone(unconfirmed: int, words: str) -> None:
    found = advise(Situation(NOW, requirements=requirements(unconfirmed=unconfirmed)))
    assert found[0].why_now.startswith(words)


def test_a_new_enrolment_has_time() -> None:
    enrolment = fact(EnrolmentUpdated, state="active", activated_at=NOW - 3 * DAY)
    assert advised(requirements=requirements(enrolment=enrolment, last_completed_at=None)) == []


def test_advice_is_in_the_order_of_importance_and_says_why_now() -> None:
    found = advise(
        Situation(
            NOW,
            submissions=[submission(state="changes_requested")],
            goals=[fact(GoalUpdated, state="active", target_date=NOW.date())],
            requirements=requirements(unconfirmed=1),
        )
    )
    order = [*CoachRule]
    assert len(found) == 4
    assert [one.rule for one in found] == sorted((one.rule for one in found), key=order.index)
    assert all(one.text and one.why_now for one in found)


# The routes.


def of_now() -> list[Fact]:
    """Four reasons for advice."""
    today = datetime.now(UTC).date()
    goals = [
        fact(GoalUpdated, goal_id=UUID(int=n), state="active", target_date=today) for n in (1, 2)
    ]
    works = [
        submission(number, state="changes_requested", mission_id=UUID(int=number))
        for number in (1, 2)
    ]
    return [user(), *goals, *works]


async def apply(applier: Applier, facts: Sequence[Fact]) -> None:
    await applier.apply(read_batch(record(one) for one in facts))


async def asked(
    path: str,
    pool: Any,
    settings: Settings,
    preferences: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    extensions: Sequence[tuple[int, datetime]] | None = None,
) -> httpx.Response:
    """The answer while core has these preferences and extensions; core is down without them."""

    def answer(request: httpx.Request) -> httpx.Response:
        if extensions is not None and request.url.path.endswith("/extensions/"):
            rows = [{"user": user_id, "until": until.isoformat()} for user_id, until in extensions]
            return httpx.Response(200, json={"next": None, "results": rows})
        if preferences is None or request.url.path != "/api/v1/users/me/preferences/":
            return httpx.Response(503)
        return httpx.Response(200, json=preferences)

    app = app_over(pool, settings, core=httpx.MockTransport(answer))
    async with learner_seven(app) as http:
        return await http.get(path, headers=headers)


def hours(begin: int, end: int) -> dict[str, Any]:
    """Quiet hours from so many hours from now, by the clock of Nairobi."""
    now = datetime.now(UTC) + 3 * HOUR
    start, until = (f"{now + number * HOUR:%H:%M}" for number in (begin, end))
    return {"time_zone": "Africa/Nairobi", "quiet_from": start, "quiet_until": until}


NO_HOURS = {"time_zone": "UTC", "quiet_from": None, "quiet_until": None}


async def test_the_coach_reads_the_facts(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, of_now())
    response = await asked(COACH, vector_pool, ai_settings)
    assert (response.status_code, response.headers["X-Source"]) == (200, "projection")
    body = response.json()
    rules = [one["rule"] for one in body["advice"]]
    assert rules == ["changes_requested"] * 2 + ["goal_due"] * 2
    assert body["advice"][0]["evidence"] == [f"submissions:{UUID(int=1)}@3"]


async def test_what_was_dismissed_is_left_out_and_a_nudge_alone_of_nudges(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, of_now())
    found = (await asked(COACH, vector_pool, ai_settings)).json()["advice"]
    first, second, third, _ = (one["id"] for one in found)
    facts = [
        fact(DismissalUpdated, kind=kind, target=target, dismissed=dismissed)
        for kind, target, dismissed in (
            ("advice", first, True),
            ("nudge", second, True),
            ("advice", third, False),
        )
    ]
    await apply(applier, facts)
    advice = (await asked(COACH, vector_pool, ai_settings)).json()["advice"]
    assert advice == found[1:]
    nudges = (await asked(NUDGES, vector_pool, ai_settings, NO_HOURS)).json()["nudges"]
    assert nudges == found[2:]


async def test_a_draft_is_compared_with_its_mission(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    mission = fact(MissionUpdated, due_at=datetime.now(UTC) + DAY)
    draft = submission(state="draft", mission_id=mission.mission_id)
    await apply(applier, [user(), mission, draft])
    body = (await asked(COACH, vector_pool, ai_settings)).json()
    assert [one["rule"] for one in body["advice"]] == ["mission_due"]
    assert body["missing"] == ["extensions"]


async def test_a_draft_is_due_when_the_learners_own_extension_ends(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    now = datetime.now(UTC)
    mission = fact(MissionUpdated, due_at=now - DAY)
    await apply(
        applier, [user(), mission, submission(state="draft", mission_id=mission.mission_id)]
    )
    for extensions, expected in (
        ([(8, now + DAY), (7, now + 2 * DAY)], [f"{now + 2 * DAY:%Y-%m-%d %H:%M} UTC"]),
        ([(7, now + 9 * DAY)], []),
        ([(8, now + DAY)], []),
    ):
        answer = await asked(COACH, vector_pool, ai_settings, extensions=extensions)
        found = [one["why_now"] for one in answer.json()["advice"]]
        assert found == [f"The mission is due at {one}." for one in expected]
        assert answer.json()["missing"] == []


async def test_work_sessions_goals_and_habits_are_for_the_learner_alone(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    headers, path = bearer(user_id=8, role="mentor"), f"{COACH}?user_id=7"
    await apply(applier, [*of_now(), user(8, role="mentor")])
    assert (await asked(path, vector_pool, ai_settings, headers=headers)).status_code == 404
    await apply(applier, [membership(8, learner_id=7)])
    response = await asked(path, vector_pool, ai_settings, headers=headers)
    assert (response.status_code, response.json()["advice"]) == (200, [])


async def test_the_three_most_important_are_nudges(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, of_now())
    for preferences in (NO_HOURS, hours(1, 2), hours(-2, -1)):
        body = (await asked(NUDGES, vector_pool, ai_settings, preferences)).json()
        rules = [one["rule"] for one in body["nudges"]]
        assert rules == ["changes_requested", "changes_requested", "goal_due"]
        assert ("quiet_until" in body, body["missing"]) == (False, [])


async def test_a_day_has_the_same_nudges_and_no_others_instead(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, of_now())

    async def nudges(**changes: Any) -> list[str]:
        settings = ai_settings.model_copy(update=changes)
        body = (await asked(NUDGES, vector_pool, settings, NO_HOURS)).json()
        return [one["id"] for one in body["nudges"]]

    first = await nudges(nudges_per_day=2)
    third = submission(3, state="changes_requested", mission_id=UUID(int=3))
    gone = fact(DismissalUpdated, kind="nudge", target=first[0], dismissed=True)
    await apply(applier, [third])
    assert await nudges(nudges_per_day=2) == first
    await apply(applier, [gone])
    assert await nudges(nudges_per_day=2) == first[1:]
    await vector_pool.execute("UPDATE nudges_given SET local_date = local_date - 1")
    assert len(await nudges(nudges_per_day=2)) == 2
    assert await nudges(nudges_per_day=0) == await nudges(nudges_per_day=2)
    await apply(applier, [erased()])
    assert await vector_pool.fetchval("SELECT count(*) FROM nudges_given") == 0


async def test_a_day_that_began_with_fewer_nudges_is_filled_up(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, of_now()[:2])
    counts = []
    for facts in ([], of_now()[2:]):
        await apply(applier, facts)
        body = (await asked(NUDGES, vector_pool, ai_settings, NO_HOURS)).json()
        counts.append(len(body["nudges"]))
    assert counts == [1, 3]


async def test_the_day_is_that_of_the_learners_zone(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    """Two zones a day apart: the earlier one is read first."""
    await apply(applier, of_now())
    days = []
    for zone in ("Etc/GMT+12", "Pacific/Kiritimati"):
        await asked(NUDGES, vector_pool, ai_settings, {**NO_HOURS, "time_zone": zone})
        days.append(await vector_pool.fetchval("SELECT local_date FROM nudges_given"))
    assert days[1] - days[0] in (DAY, 2 * DAY)


async def test_nobody_is_nudged_in_quiet_hours(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, of_now())
    response = await asked(NUDGES, vector_pool, ai_settings, hours(-1, 2))
    body = response.json()
    assert (response.status_code, body["nudges"], body["missing"]) == (200, [], [])
    ahead = datetime.fromisoformat(body["quiet_until"]) - datetime.now(UTC)
    assert HOUR < ahead <= 2 * HOUR


async def test_nobody_is_nudged_who_has_switched_nudges_off(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, of_now())
    body = (await asked(NUDGES, vector_pool, ai_settings, {**NO_HOURS, "nudges": False})).json()
    assert (body["nudges"], body["off"], body["missing"]) == ([], True, [])
    body = (await asked(NUDGES, vector_pool, ai_settings, {**NO_HOURS, "nudges": True})).json()
    assert (len(body["nudges"]), body["off"]) == (3, False)


async def test_nobody_is_nudged_while_the_quiet_hours_are_unknown(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, of_now())
    body = (await asked(NUDGES, vector_pool, ai_settings)).json()
    assert (body["nudges"], body["missing"]) == ([], ["preferences"])


@pytest.mark.parametrize(("path", "name"), [(COACH, "advice"), (NUDGES, "nudges")])
async def test_without_facts_the_answer_says_so(
    path: str, name: str, vector_pool: asyncpg.Pool, ai_settings: Settings
) -> None:
    for pool in (vector_pool, DatabaseDown()):
        response = await asked(path, pool, ai_settings)
        assert (response.status_code, response.headers["X-Source"]) == (200, "empty")
        assert (response.json()[name], response.json()["missing"]) == ([], ["facts"])


@pytest.mark.parametrize("path", [COACH, NUDGES])
async def test_a_caller_who_was_erased_gets_nothing(
    path: str, vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, [user(), erased()])
    assert (await asked(path, vector_pool, ai_settings)).status_code == 401
