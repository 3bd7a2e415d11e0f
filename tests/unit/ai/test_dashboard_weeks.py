"""Trends and insights: the numbers of weeks, from the facts, else from core, else none."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from ai.dashboard.weeks import WEEK, Activity, TrackWeek, insights, trends
from ai.kit.settings import Settings
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ongoza_contracts.event import Fact
from ongoza_contracts.http.dashboard import DashboardPart
from ongoza_contracts.vocabulary import Track
from tests.ai_double import DatabaseDown, app_over, learner_seven
from tests.facts import membership, progress, published, record, user
from tests.tokens import bearer

TRENDS, INSIGHTS = (f"/api/v1/student/dashboard/{name}" for name in ("trends", "insights"))
WEDNESDAY = datetime(2026, 6, 10, 12, tzinfo=UTC)
MONDAY = date(2026, 6, 8)
BUILDERS, LEADERS = Track.BUILDERS, Track.LEADERS


def week(ago: int, completions: int = 1, track: Track = BUILDERS) -> TrackWeek:
    return TrackWeek(MONDAY - ago * WEEK, track, completions, 30 * completions)


def activity(*rows: TrackWeek, joined_weeks_ago: int = 20, **changes: Any) -> Activity:
    joined = WEDNESDAY - joined_weeks_ago * WEEK
    return Activity(7, joined, rows)._replace(**changes)


def values(found: Activity) -> dict[str, float | None]:
    return {one.key.value: one.value for one in insights(found, WEDNESDAY).insights}


def test_weeks_without_completions_are_there_and_the_present_one_comes_last() -> None:
    found = trends(activity(week(0), week(2, 3), week(2, 1, LEADERS), week(15)), WEDNESDAY)
    assert len(found.weeks) == 13
    assert (found.weeks[0].week, found.weeks[-1].week) == (MONDAY - 12 * WEEK, MONDAY)
    assert [one.completions for one in found.weeks[-3:]] == [4, 0, 1]
    assert [one.minutes for one in found.weeks[-3:]] == [120, 0, 30]
    assert [(one.track, one.completions, one.minutes) for one in found.tracks] == [
        (BUILDERS, 4, 120),
        (LEADERS, 1, 30),
    ]


def test_the_last_weeks_are_compared_with_the_learners_own_earlier_ones() -> None:
    rows = [
        week(0, 50),
        *(week(ago, 2) for ago in range(1, 5)),
        week(5, 4),
        week(12, 4),
        week(13, 9),
    ]
    found = trends(activity(*rows), WEDNESDAY)
    assert (found.completions.recent, found.completions.earlier) == (2.0, 1.0)
    assert (found.minutes.recent, found.minutes.earlier) == (60.0, 30.0)
    assert found.completions.needed_weeks == 0
    assert values(activity(*rows)) == {
        **{"completions_a_week": 2.0, "minutes_a_week": 60.0},
        **{"completions_change": 1.0, "minutes_change": 30.0},
        **{"week_streak": 6.0, "best_week_streak": 6.0},
    }


@pytest.mark.parametrize(
    ("joined", "mean", "change", "needed"),
    [
        (0, None, None, 8),
        (3, None, None, 5),
        (4, 0.25, None, 4),
        (7, 0.25, None, 1),
        (8, 0.25, 0.25, 0),
    ],
)
def test_below_the_minimum_the_missing_weeks_are_named(
    joined: int, mean: float | None, change: float | None, needed: int
) -> None:
    rows = [week(1)] if joined else []
    found = insights(activity(*rows, joined_weeks_ago=joined), WEDNESDAY).insights
    assert [found[0].value, found[2].value] == [mean, change]
    assert [one.needed_weeks for one in found[:4]] == [*[max(0, 4 - joined)] * 2, needed, needed]
    assert all(one.definition for one in found)


@pytest.mark.parametrize(
    ("weeks", "streak", "best"),
    [
        ((), 0, 0),
        ((0,), 1, 1),
        ((1, 2), 2, 2),
        ((0, 1, 2), 3, 3),
        ((2, 3), 0, 2),
        ((0, 2, 3, 4), 1, 3),
    ],
)
def test_the_present_week_breaks_a_streak_only_when_it_is_over(
    weeks: Sequence[int], streak: int, best: int
) -> None:
    found = values(activity(*(week(ago) for ago in weeks)))
    assert (found["week_streak"], found["best_week_streak"]) == (streak, best)


def test_completions_before_the_learner_joined_begin_the_weeks() -> None:
    found = trends(activity(week(3), joined_weeks_ago=1), WEDNESDAY)
    assert [one.completions for one in found.weeks] == [1, 0, 0, 0]


def test_without_content_completions_alone_are_known() -> None:
    missing = (DashboardPart.CONTENT,)
    rows = [TrackWeek(MONDAY - ago * WEEK, None, 2, 0) for ago in range(1, 9)]
    found = trends(activity(*rows, missing=missing, joined_at=None), WEDNESDAY)
    assert (found.completions.recent, found.minutes.recent, found.tracks) == (2.0, None, ())
    assert {one.minutes for one in found.weeks} == {None}
    assert values(activity(*rows, missing=missing))["minutes_a_week"] is None


# The routes.


def done(content_id: str, moment: datetime, **changes: Any) -> Fact:
    state: dict[str, Any] = {"status": "completed", "completion_percentage": 100.0, **changes}
    return progress(7, content_id, first_completed_at=moment, **state)


def last_week() -> datetime:
    """On the Sunday before this week, in its last minute."""
    now = datetime.now(UTC)
    day = now.date() - timedelta(days=now.weekday() + 1)
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=23, minutes=59)


async def publish(applier: Applier) -> None:
    """A course with two modules; one module was begun again, the other never completed."""
    sunday = last_week()
    again: dict[str, Any] = {"status": "in_progress", "attempt": 2}
    facts = [
        user(created_at=sunday - 3 * WEEK),
        published("course-1", duration_minutes=90),
        published("module-1-1", course_id="course-1", duration_minutes=40),
        published("module-1-2", course_id="course-1", duration_minutes=50),
        published("mission-1", track="leaders", duration_minutes=25),
        done("module-1-1", sunday, **again),
        done("course-1", sunday),
        done("mission-1", sunday + timedelta(minutes=2)),
        progress(7, "module-1-2"),
    ]
    await applier.apply(read_batch(record(fact) for fact in facts))


async def asked(
    path: str,
    pool: Any,
    settings: Settings,
    results: Sequence[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """The answer while core lists this progress; core is down without it."""

    def answer(request: httpx.Request) -> httpx.Response:
        if results is None or request.url.path != "/api/v1/progress/":
            return httpx.Response(503)
        page = {"count": len(results), "next": None, "previous": None, "results": results}
        return httpx.Response(200, json=page)

    app = app_over(pool, settings, core=httpx.MockTransport(answer))
    async with learner_seven(app) as http:
        return await http.get(path, headers=headers)


async def test_the_numbers_come_from_the_first_completions(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await publish(applier)
    response = await asked(TRENDS, vector_pool, ai_settings)
    assert (response.status_code, response.headers["X-Source"]) == (200, "projection")
    body = response.json()
    assert [one["completions"] for one in body["weeks"]] == [0, 0, 0, 1, 1]
    assert [one["minutes"] for one in body["weeks"]] == [0, 0, 0, 40, 25]
    assert [one["track"] for one in body["tracks"]] == ["builders", "leaders"]
    assert body["completions"] == {"recent": 0.25, "needed_weeks": 4}
    assert body["missing"] == []
    found = (await asked(INSIGHTS, vector_pool, ai_settings)).json()["insights"]
    assert [one.get("value") for one in found] == [0.25, 10.0, None, None, 2.0, 2.0]


@pytest.mark.parametrize("is_down", [False, True], ids=["unknown", "database down"])
async def test_core_knows_the_completions_of_a_learner_without_facts(
    is_down: bool, vector_pool: asyncpg.Pool, ai_settings: Settings
) -> None:
    moment = last_week().isoformat()
    row = {
        **{"id": 1, "user": 7, "content_id": "course-1", "content_type": "course", "score": None},
        **{"status": "completed", "completion_percentage": 100.0, "metadata": {}},
        **{"first_completed_at": moment, "created_at": moment, "updated_at": moment},
    }
    rows = [row, {**row, "id": 2, "status": "in_progress", "first_completed_at": None}]
    pool = DatabaseDown() if is_down else vector_pool
    response = await asked(TRENDS, pool, ai_settings, rows)
    assert (response.status_code, response.headers["X-Source"]) == (200, "core")
    body = response.json()
    assert [one["completions"] for one in body["weeks"]] == [1, 0]
    assert (body["missing"], body["tracks"], "minutes" in body["weeks"][0]) == (
        ["content"],
        [],
        False,
    )


@pytest.mark.parametrize("path", [TRENDS, INSIGHTS])
async def test_without_both_the_answer_names_what_is_missing(
    path: str, ai_settings: Settings
) -> None:
    response = await asked(path, DatabaseDown(), ai_settings)
    assert (response.status_code, response.headers["X-Source"]) == (200, "empty")
    body = response.json()
    assert body["missing"] == ["completions", "content"]
    assert body.get("weeks", []) == []
    assert {one.get("value") for one in body.get("insights", ())} <= {None}
    assert {one["needed_weeks"] for one in body.get("insights", ())} <= {0}


@pytest.mark.parametrize("path", [TRENDS, INSIGHTS])
async def test_a_mentor_reads_the_numbers_of_an_assigned_learner_alone(
    path: str, vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await publish(applier)
    headers, address = bearer(user_id=8, role="mentor"), f"{path}?user_id=7"
    assert (await asked(address, vector_pool, ai_settings, headers=headers)).status_code == 404
    facts = [user(8, role="mentor"), membership(8, learner_id=7)]
    await applier.apply(read_batch(record(fact) for fact in facts))
    response = await asked(address, vector_pool, ai_settings, headers=headers)
    assert (response.status_code, response.json()["user_id"]) == (200, 7)
