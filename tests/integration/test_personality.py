"""`POST /api/v1/personality/analyze` on real rows: whose data, from where, and what is refused."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from ai.kit.bodies import LARGE_BYTES
from ai.kit.settings import Settings
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.status import heartbeat
from ongoza_contracts.event import Fact
from ongoza_contracts.http.personality import CONTRADICTIONS_MAX, PersonalityResponse
from ongoza_contracts.progress import WEEK, week_of
from tests.ai_double import DatabaseDown, app_over, learner_seven
from tests.facts import erased, membership, progress, published, record, user
from tests.tokens import bearer

PATH = "/api/v1/personality/analyze"
NOW = datetime.now(UTC)


@pytest.fixture
async def http(
    vector_pool: asyncpg.Pool, ai_settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    async with learner_seven(app_over(vector_pool, ai_settings)) as client:
        yield client


async def publish(pool: asyncpg.Pool, *facts: Fact) -> None:
    await heartbeat(pool, "test", "g1")
    await Applier(pool, "g1", "test").apply(read_batch(record(fact) for fact in facts))


def history(user_id: int = 7) -> list[Fact]:
    """Six items, of which four are completed, a week each."""
    facts: list[Fact] = [user(user_id)]
    for number in range(1, 7):
        facts.append(published(f"course-{number}", level=min(number, 5)))
        begun = NOW - timedelta(weeks=8 - number)
        facts.append(
            progress(
                user_id,
                f"course-{number}",
                status="completed" if number < 5 else "in_progress",
                completion_percentage=100 if number < 5 else 40,
                created_at=begun,
                updated_at=begun + timedelta(days=1),
            )
        )
    return facts


def given_row(number: int, **changes: Any) -> dict[str, Any]:
    """As spec/data-contracts.md shows one."""
    return {
        "id": number,
        "user_id": 7,
        "content_id": f"course-{number}",
        "content_type": "course",
        "status": "completed",
        "completion_percentage": 100,
        "score": 95.5,
        "metadata": {},
        **changes,
    }


async def test_ones_own_behaviour_is_read_from_the_facts(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    await publish(vector_pool, *history())
    response = await http.post(PATH, json={"user_id": 7})
    assert response.status_code == 200
    answer = PersonalityResponse.model_validate_json(response.content)
    completion, regularity, persistence, breadth, challenge = answer.traits
    assert completion.score == pytest.approx(4 / 6, abs=1e-4)
    assert (completion.n, regularity.key) == (6, "regularity")
    assert completion.interval is not None
    assert (persistence.score, persistence.needed) == (None, 3)
    assert (breadth.description, challenge.n) == ("6 items begun are of 1 of 5 tracks.", 6)
    assert (answer.source, answer.contradicts) == ("projection", ())
    assert answer.summary.startswith("Completed 4 of 6 items begun.")


async def test_failures_overcome_and_weeks_worked_on_are_read_from_the_facts(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    weeks = tuple(week_of(NOW) - WEEK * ago for ago in range(13, -1, -1))
    begun = NOW - WEEK * 13
    counted: dict[str, Any]
    await publish(vector_pool, user(7))
    for number in range(3):
        counted = {"failures": 2, "active_weeks": weeks, "created_at": begun, "updated_at": NOW}
        fact = progress(7, f"course-{number}", status="in_progress", **counted)
        await publish(vector_pool, published(f"course-{number}"), fact)
    answer = (await http.post(PATH, json={"user_id": 7})).json()
    assert answer["summary"].startswith(
        "Active in 12 of the last 12 full weeks. Went on after 6 of 6 failures."
    )
    assert answer["recommendations"] == []


async def test_a_newcomers_answer_names_the_missing_observations(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    answer = (await http.post(PATH, json={"user_id": 7})).json()
    assert {one["score"] for one in answer["traits"]} == {None}
    assert answer["summary"].startswith("Not enough data yet")
    assert answer["recommendations"] == []


async def test_rows_of_the_request_are_analysed_and_compared(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    await publish(vector_pool, *history())
    rows = [given_row(number) for number in range(1, 9)]  # course-5 and -6 are not completed
    answer = (await http.post(PATH, json={"user_id": 7, "progress_data": rows})).json()
    assert (answer["source"], answer["traits"][0]["score"]) == ("request", 1)
    # The request has scores where the facts have none, so every known item differs.
    assert answer["contradicts"] == [f"course-{number}" for number in range(1, 7)]
    assert "Of 6 items the rows given say something else" in answer["summary"]
    regularity = answer["traits"][1]
    assert (regularity["score"], regularity["needed"], regularity["window"]) == (None, 4, None)


async def test_rows_in_the_form_of_core_are_accepted(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    await publish(vector_pool, *history())
    row = {
        **given_row(1, score=None, metadata={"note": "mine"}),
        "user": 7,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }
    del row["user_id"]
    answer = await http.post(PATH, json={"user_id": 7, "progress_data": [row]})
    assert answer.status_code == 200
    assert answer.json()["contradicts"] == []
    nothing = await http.post(PATH, json={"user_id": 7, "progress_data": []})
    assert (nothing.status_code, nothing.json()["source"]) == (200, "request")


@pytest.mark.parametrize(
    ("role", "user_id", "status"),
    [
        ("learner", 8, 200),
        ("learner", 7, 404),
        ("sponsor", 8, 200),
        ("sponsor", 7, 404),
        ("mentor", 7, 200),
        ("mentor", 6, 404),
        ("director", 7, 404),
        ("admin", 7, 200),
        ("mentor", 99, 404),
        ("admin", 99, 404),
    ],
)
async def test_a_learners_behaviour_is_read_by_them_and_by_those_who_reach_them(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool, role: str, user_id: int, status: int
) -> None:
    await publish(vector_pool, *history(), user(6))
    if role == "mentor":
        assigned = (membership(8, learner_id=one) for one in (7, 99))
        await publish(vector_pool, *assigned)
    for body in ({"user_id": user_id}, {"user_id": user_id, "progress_data": []}):
        answer = await http.post(PATH, json=body, headers=bearer(user_id=8, role=role))
        assert answer.status_code == status


async def test_requests_without_a_token_and_of_erased_users_are_refused(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    refused = await http.post(PATH, json={"user_id": 7}, headers={"Authorization": ""})
    assert refused.status_code == 401
    await publish(vector_pool, user(7), erased(7, version=2))
    assert (await http.post(PATH, json={"user_id": 7})).status_code == 401
    mentor = bearer(user_id=8, role="mentor")
    assert (await http.post(PATH, json={"user_id": 7}, headers=mentor)).status_code == 404


TOMORROW = (NOW + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ({"status": "done"}, "progress_data.0.status", "unknown_value"),
        ({"completion_percentage": 101}, "progress_data.0.completion_percentage", "out_of_range"),
        ({"score": -1}, "progress_data.0.score", "out_of_range"),
        ({"content_id": "nothing"}, "progress_data.0.content_id", "bad_format"),
        ({"user_id": 8}, "progress_data.0.user", "other_user"),
        ({"updated_at": TOMORROW}, "progress_data.0.updated_at", "out_of_range"),
        ({"updated_at": "2026-13-01T00:00:00Z"}, "progress_data.0.updated_at", "wrong_type"),
        ({"mood": "good"}, "progress_data.0.mood", "unknown_field"),
        (
            {"created_at": "2026-02-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"},
            "progress_data.0.updated_at",
            "out_of_range",
        ),
    ],
)
async def test_impossible_rows_are_refused(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool, row: dict[str, Any], field: str, code: str
) -> None:
    body = {"user_id": 7, "progress_data": [given_row(1, **row)]}
    answer = await http.post(PATH, json=body)
    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]


async def test_duplicate_items_and_too_many_rows_are_refused(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    for rows in ([given_row(1), given_row(1)], [given_row(1)] * 1001):
        answer = await http.post(PATH, json={"user_id": 7, "progress_data": rows})
        assert answer.status_code in {400, 413}


async def test_many_rows_give_the_measures_of_all_of_them(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    """They are parsed and measured in another process."""
    facts = [progress(7, f"course-{number}", status="failed") for number in range(1, 121)]
    await publish(vector_pool, user(7), *facts)
    rows = [given_row(number, metadata={"note": "x" * 60}) for number in range(1, 151)]
    given = await http.post(PATH, json={"user_id": 7, "progress_data": rows})
    assert len(given.request.content) > LARGE_BYTES
    assert given.json()["traits"][0] | {"n": 150, "score": 1} == given.json()["traits"][0]
    assert len(given.json()["contradicts"]) == CONTRADICTIONS_MAX
    recorded = await http.post(PATH, json={"user_id": 7})
    assert recorded.json()["traits"][0] | {"n": 120, "score": 0} == recorded.json()["traits"][0]


async def test_rows_of_the_request_are_analysed_while_the_database_is_down(
    ai_settings: Settings,
) -> None:
    rows = [given_row(number) for number in range(1, 9)]
    async with learner_seven(app_over(DatabaseDown(), ai_settings)) as http:
        answer = await http.post(PATH, json={"user_id": 7, "progress_data": rows})
        assert (answer.status_code, answer.json()["contradicts"]) == (200, None)
        assert answer.json()["traits"][0]["score"] == 1
        refused = await http.post(PATH, json={"user_id": 7})
        assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)
