"""Missions in lists and search: offered while they take the learner's work, on a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from ai.catalogue.cache import CatalogueCache
from ai.embeddings.backfill import Backfill
from ai.embeddings.cache import CachedEncoder
from ai.embeddings.encoder import open_encoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.settings import Settings
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.status import heartbeat
from ai.recommendations.recompute import Recompute
from ai.vectorstore.pgvector import PgVectorStore
from ongoza_contracts.event import Fact
from ongoza_contracts.missions import LatePolicy, MissionState, MissionUpdated
from ongoza_contracts.submissions import SubmissionState, SubmissionUpdated
from tests.ai_double import app_over, learner_seven
from tests.facts import example, progress, published, record, user

PATH = "/api/v1/recommendations"
HOUR = timedelta(hours=1)
MISSION = UUID("018f0000-0000-7000-8000-000000000301")


def mission(version: int = 1, **changes: Any) -> MissionUpdated:
    """Of mission-1; without a limit or a date unless `changes` give one."""
    of_nothing = {"max_attempts": None, "due_at": None, "late_grace_minutes": 0}
    fields = {"mission_id": MISSION, "content_id": "mission-1", "version": version}
    return example(MissionUpdated).model_copy(update={**of_nothing, **fields, **changes})


def due(at: datetime, version: int = 1, **changes: Any) -> MissionUpdated:
    return mission(version, due_at=at, late_policy=LatePolicy.REFUSE, **changes)


def submission(number: int = 1, version: int = 1, **changes: Any) -> SubmissionUpdated:
    """A failed attempt of learner 7 at mission-1."""
    fields = {
        "submission_id": UUID(int=MISSION.int + number),
        "user_id": 7,
        "mission_id": MISSION,
        "attempt": number,
        "previous_id": None,
        "state": SubmissionState.FAILED,
        "version": version,
    }
    return example(SubmissionUpdated).model_copy(update={**fields, **changes})


@pytest.fixture
async def pool(vector_pool: asyncpg.Pool) -> asyncpg.Pool:
    await heartbeat(vector_pool, "test", "g1")
    await apply(vector_pool, published("course-1"), published("mission-1"), user())
    return vector_pool


@pytest.fixture
async def http(pool: asyncpg.Pool, ai_settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    queue = EncoderQueue(open_encoder())
    while await Backfill(pool, CachedEncoder(pool, queue)).embed_some():
        pass
    app = app_over(pool, ai_settings, encoder=queue, vectors=PgVectorStore(pool))
    async with learner_seven(app) as client:
        yield client


async def apply(pool: asyncpg.Pool, *facts: Fact) -> None:
    await Applier(pool, "g1", "test").apply(read_batch(record(fact) for fact in facts))


async def listed(http: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Where the list comes from, and its ids."""
    answer = await http.get(PATH)
    assert answer.status_code == 200, answer.text
    ids = [one["content_id"] for one in answer.json()["recommendations"]]
    return answer.headers["X-Source"], sorted(ids)


async def found(http: httpx.AsyncClient) -> Any:
    """What search says of the mission's work."""
    answer = await http.get("/api/v1/search", params={"q": "a mission", "type": "mission"})
    assert answer.status_code == 200, answer.text
    (one,) = answer.json()["results"]
    return one.get("mission")


async def test_a_mission_is_offered_as_often_as_it_may_be_handed_in(
    pool: asyncpg.Pool, http: httpx.AsyncClient
) -> None:
    await apply(pool, mission(max_attempts=2), submission(1))
    assert await listed(http) == ("computed", ["course-1", "mission-1"])
    assert await found(http) == {"open": True, "attempts_left": 1}
    await apply(pool, submission(2))
    assert await listed(http) == ("computed", ["course-1"])
    assert await found(http) == {"open": False, "attempts_left": 0}
    # One that was withdrawn does not count, nor one that makes requested changes.
    await apply(pool, submission(2, version=2, state=SubmissionState.WITHDRAWN))
    await apply(pool, submission(3, previous_id=UUID(int=MISSION.int + 1)))
    assert await listed(http) == ("computed", ["course-1", "mission-1"])
    assert await found(http) == {"open": True, "attempts_left": 1}


@pytest.mark.parametrize(
    ("state", "makes_changes", "is_open"),
    [
        (SubmissionState.DRAFT, False, True),
        (SubmissionState.SUBMITTED, False, False),
        (SubmissionState.IN_REVIEW, True, False),
        (SubmissionState.CHANGES_REQUESTED, False, True),
        (SubmissionState.DRAFT, True, True),
        (SubmissionState.PASSED, False, False),
    ],
)
async def test_search_says_whether_an_attempt_may_be_begun_or_handed_in(
    pool: asyncpg.Pool,
    http: httpx.AsyncClient,
    state: SubmissionState,
    makes_changes: bool,
    is_open: bool,
) -> None:
    await apply(pool, mission(max_attempts=1), submission(1, state=SubmissionState.FAILED))
    previous = UUID(int=MISSION.int + 1) if makes_changes else None
    await apply(pool, submission(2, state=state, previous_id=previous))
    assert await found(http) == {"open": is_open, "attempts_left": 0}


async def test_a_draft_of_a_mission_changes_nothing(
    pool: asyncpg.Pool, http: httpx.AsyncClient
) -> None:
    await apply(pool, due(datetime.now(UTC) - HOUR, state=MissionState.DRAFT))
    assert await listed(http) == ("computed", ["course-1", "mission-1"])
    assert await found(http) is None


async def test_attempts_of_others_do_not_count(pool: asyncpg.Pool, http: httpx.AsyncClient) -> None:
    await apply(pool, mission(max_attempts=1), submission(1, user_id=8))
    assert await listed(http) == ("computed", ["course-1", "mission-1"])
    assert await found(http) == {"open": True, "attempts_left": 1}


async def test_a_mission_is_not_offered_once_it_takes_no_late_work(
    pool: asyncpg.Pool, http: httpx.AsyncClient
) -> None:
    past = datetime.now(UTC) - HOUR
    await apply(pool, due(past))
    assert await listed(http) == ("computed", ["course-1"])
    assert (await found(http))["open"] is False
    await apply(pool, due(past, version=2, late_grace_minutes=120))
    assert await listed(http) == ("computed", ["course-1", "mission-1"])
    await apply(pool, mission(3, due_at=past, late_policy=LatePolicy.DEDUCT))
    assert await listed(http) == ("computed", ["course-1", "mission-1"])
    assert await found(http) == {"open": True}


async def test_a_mission_in_progress_is_left_to_the_learner(
    pool: asyncpg.Pool, http: httpx.AsyncClient
) -> None:
    await apply(pool, mission(), progress(content_id="mission-1", status="in_progress"))
    assert await listed(http) == ("computed", ["course-1"])


async def test_search_says_nothing_of_a_mission_whose_work_is_not_handed_in(
    http: httpx.AsyncClient,
) -> None:
    assert await found(http) is None


async def test_a_stored_list_is_stale_a_minute_after_one_of_its_missions_closed(
    pool: asyncpg.Pool, http: httpx.AsyncClient
) -> None:
    closes_at = datetime.now(UTC) + HOUR
    await apply(pool, due(closes_at))
    recompute = Recompute(pool, CatalogueCache(pool))
    assert await recompute.recompute_some()
    assert await listed(http) == ("precomputed", ["course-1", "mission-1"])
    assert await pool.fetchval("SELECT closes_at FROM recommendation") == closes_at
    await recompute.mark_behind()
    assert not await recompute.recompute_some()
    await pool.execute("UPDATE recommendation SET closes_at = now() - interval '1 minute'")
    assert (await listed(http))[0] == "computed"
    await recompute.mark_behind()
    assert await recompute.recompute_some()


async def test_a_submission_marks_its_learner_and_a_mission_every_list(pool: asyncpg.Pool) -> None:
    await pool.execute("DELETE FROM dirty_learner")
    revision = await pool.fetchval("SELECT revision FROM catalogue_revision")
    await apply(pool, submission())
    assert await pool.fetchval("SELECT array_agg(user_id) FROM dirty_learner") == [7]
    assert await pool.fetchval("SELECT revision FROM catalogue_revision") == revision
    await apply(pool, mission())
    assert await pool.fetchval("SELECT revision FROM catalogue_revision") == revision + 1


async def test_a_draft_leaves_every_list_as_it_is(pool: asyncpg.Pool) -> None:
    async def revision() -> int:
        return int(await pool.fetchval("SELECT revision FROM catalogue_revision"))

    before = await revision()
    await apply(pool, mission(state=MissionState.DRAFT))
    await apply(pool, mission(2, state=MissionState.DRAFT, max_attempts=1))
    assert await revision() == before
    await apply(pool, mission(3))
    assert await revision() == before + 1
    await apply(pool, mission(4, state=MissionState.RETIRED))
    assert await revision() == before + 2
