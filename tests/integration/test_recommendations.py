"""Lists on a real database: reasons follow from the facts, new content reaches lists gradually, and
a stale list never shows an item that may not be offered."""

import asyncio
import json
import random
import re
import threading
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import asyncpg
import httpx
import numpy as np
import pytest

from ai.catalogue.cache import CatalogueCache
from ai.catalogue.catalogue import Catalogue
from ai.kit.settings import Settings
from ai.learners.learner import Learner
from ai.learners.queries import load_learners
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.recommendations.lists import Entry, Note, Stored, compute, stored, unpack
from ai.recommendations.reasons import Kind
from ai.recommendations.recompute import LEARNERS_PER_ROUND, MARK_BEHIND, Recompute
from ai.recommendations.refresh import NeighboursRefresh
from ai.recommendations.service import COMPUTED_AT_ONCE
from core.demo.loader import load_catalogue
from ongoza_contracts.event import Fact
from ongoza_contracts.list_views import DismissalKind, DismissalUpdated
from tests.ai_double import app_over, learner_seven
from tests.facts import (
    NOW,
    completed,
    feedback,
    progress,
    published,
    record,
    retired,
    user,
)
from tests.needed_facts import enrolled, mission
from tests.reason_proof import disproof

TRACKS = ("builders", "leaders", "entrepreneurs", "researchers", "educators")
BEHIND = """
SELECT count(*) FROM recommendation AS kept, catalogue_revision AS newest
WHERE kept.revision < newest.revision
"""
# What the columns take as they are stored.
SIZES = """
SELECT lines, made_from, pg_column_size(lines) + pg_column_size(made_from)
    + pg_column_size(content_ids) + pg_column_size(user_id) + pg_column_size(computed_at)
    + pg_column_size(revision) + coalesce(pg_column_size(closes_at), 0) + 24 AS bytes
FROM recommendation
"""
PATH = "/api/v1/recommendations"
TIMES = {"created_at": "2026-11-20T08:00:00Z", "updated_at": "2026-11-20T08:00:00Z"}
NAME = {"email": "amina@ongoza.example", "first_name": "Amina", "last_name": "O"}
DONE: dict[str, Any] = {
    "id": 1,
    "user": 7,
    "content_id": "course-1",
    "content_type": "course",
    "status": "completed",
    "completion_percentage": 100,
    "score": None,
    "metadata": {},
    **TIMES,
}
CORE_SAYS = {
    "/api/v1/users/7": {
        "id": 7,
        **NAME,
        "role": "learner",
        "track": None,
        "organization": None,
        **TIMES,
    },
    "/api/v1/progress/": {"count": 1, "next": None, "previous": None, "results": [DONE]},
}  # without the learner's feedback on it


@pytest.fixture
def recompute(vector_pool: asyncpg.Pool) -> Recompute:
    return Recompute(vector_pool, CatalogueCache(vector_pool))


@pytest.fixture
async def http(
    vector_pool: asyncpg.Pool, ai_settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    async with learner_seven(app_over(vector_pool, ai_settings)) as client:
        yield client


async def apply(applier: Applier, *facts: Fact) -> None:
    await applier.apply(read_batch(record(fact) for fact in facts))


async def recompute_all(recompute: Recompute) -> None:
    while await recompute.recompute_some():
        pass


async def sweep(recompute: Recompute) -> int:
    """How many rounds it takes until every list is of the newest catalogue."""
    rounds = 0
    behind = (
        "SELECT count(*) FROM recommendation, catalogue_revision AS c WHERE revision < c.revision"
    )
    while await recompute._pool.fetchval(behind.replace("revision <", "recommendation.revision <")):
        await recompute.mark_behind()
        await recompute_all(recompute)
        rounds += 1
    return rounds


def offered(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["content_id"] for one in answer.json()["recommendations"]]


def a_world(seed: int) -> list[Fact]:
    """Forty items and ninety learners, of whom some have a profile and some gave feedback."""
    chance = random.Random(seed)  # noqa: S311 - a world, not a secret
    facts: list[Fact] = []
    ids = [f"course-{number}" for number in range(1, 41)]
    for number, content_id in enumerate(ids):
        age = timedelta(days=chance.choice([1, 20, 400]))
        needs = [chance.choice(ids[:number])] if number > 5 and chance.random() < 0.4 else []
        facts.append(
            published(
                content_id,
                title=f"Course {number}",
                track=chance.choice(TRACKS),
                level=chance.randint(1, 5),
                prerequisites=needs,
                published_at=datetime.now(UTC) - age,
            )
        )
    for user_id in range(1, 91):
        facts.append(user(user_id, track=chance.choice([None, *TRACKS])))
        begun = datetime(2026, 1, 1, tzinfo=UTC)
        for step, content_id in enumerate(chance.sample(ids, chance.randint(0, 12))):
            status = chance.choice(["completed", "completed", "in_progress", "failed"])
            at = begun + timedelta(hours=step)
            facts.append(progress(user_id, content_id, status=status, updated_at=at))
        if chance.random() < 0.3:
            session = UUID(int=user_id)
            done = completed(user_id, version=2, primary=chance.choice(TRACKS))
            facts.append(done.model_copy(update={"session_id": session}))
        for content_id in chance.sample(ids, chance.choice([0, 0, 2])):
            verdict = chance.choice(["not_for_me", "more_like_this"])
            facts.append(feedback(user_id, content_id, verdict=verdict))
    today = datetime.now(UTC)
    for number, away in enumerate((-1, 3, 10)):
        facts.append(mission(ids[number], today + timedelta(days=away), number))
        ends_on = (today + timedelta(days=away)).date()
        for user_id in range(10 * number + 1, 10 * number + 6):
            facts += enrolled(user_id, chance.sample(ids, 20), ends_on, 100 * number + user_id)
    return facts


@pytest.mark.parametrize("seed", range(3))
async def test_every_reason_in_every_list_follows_from_the_facts(
    applier: Applier, seed: int
) -> None:
    world = a_world(seed)
    facts = read_batch(record(fact) for fact in world)
    await applier.apply(facts)
    vectors = np.random.default_rng(seed).normal(size=(40, 384)).astype(np.float32)
    await applier.pool.executemany(
        "INSERT INTO content_vector (content_id, text_sha256, embedding)"
        " SELECT content_id, document_sha256, $2 FROM content WHERE content_id = $1",
        [
            (content_id, row / np.linalg.norm(row))
            for content_id, row in zip(facts.content, vectors, strict=True)
        ],
    )
    await NeighboursRefresh(applier.pool).refresh()
    catalogue = await CatalogueCache(applier.pool).current()
    kinds = set()
    for learner in await load_learners(applier.pool, range(1, 91)):
        for entry in compute(catalogue, learner)[0]:
            item = entry.item.content_id
            assert disproof(facts, learner.user_id, item, entry.why) is None
            kinds.add(entry.why.kind)
    assert kinds >= {Kind.NEXT_STEP, Kind.CLOSE, Kind.ALSO_FINISHED, Kind.TRACK, Kind.NEW}
    assert kinds >= {Kind.REQUIRED, Kind.DUE}


async def test_a_reason_that_does_not_follow_from_the_facts_is_detected(applier: Applier) -> None:
    facts = read_batch(record(fact) for fact in a_world(0))
    await applier.apply(facts)
    await NeighboursRefresh(applier.pool).refresh()
    catalogue = await CatalogueCache(applier.pool).current()
    learners = await load_learners(applier.pool, range(1, 91))
    explained = {
        entry.why.kind: (learner.user_id, entry)
        for learner in learners
        for entry in compute(catalogue, learner)[0]
    }
    newer = await load_learners(applier.pool, [explained[Kind.ALSO_FINISHED][0]])
    user_id, entry = explained[Kind.ALSO_FINISHED]
    item = entry.item.content_id
    (about,) = entry.why.about
    # One of the learners who finished both is erased.
    another = next(
        (user, content)
        for (user, content), step in facts.progress.items()
        if content == item
        and step.status == "completed"
        and user != user_id
        and facts.progress.get((user, about)) is not None
        and facts.progress[user, about].status == "completed"
    )
    del facts.progress[another]
    assert "but the facts say" in str(disproof(facts, user_id, item, entry.why))
    assert newer
    user_id, entry = explained[Kind.NEXT_STEP]
    (need, *_) = entry.why.about
    del facts.progress[user_id, need]
    said = disproof(facts, user_id, entry.item.content_id, entry.why)
    assert said == f"there is no fact progress:{need}@1"


async def test_new_content_reaches_lists_in_small_rounds_after_learners_own_changes(
    applier: Applier, recompute: Recompute
) -> None:
    learners = range(1, 3 * LEARNERS_PER_ROUND)
    await apply(applier, published("course-1"), *(user(one) for one in learners))
    await recompute_all(recompute)
    await apply(applier, published("course-2"))
    assert await applier.pool.fetch("SELECT FROM dirty_learner") == []
    await recompute.mark_behind()
    assert len(await applier.pool.fetch("SELECT FROM dirty_learner")) == LEARNERS_PER_ROUND
    await recompute.mark_behind()  # while so many wait, no more are added
    assert len(await applier.pool.fetch("SELECT FROM dirty_learner")) == LEARNERS_PER_ROUND
    assert await sweep(recompute) == 3
    lists = await applier.pool.fetch("SELECT content_ids FROM recommendation")
    assert [sorted(row["content_ids"]) for row in lists] == [["course-1", "course-2"]] * len(
        learners
    )


async def test_a_sweep_reads_no_list_that_is_up_to_date(
    applier: Applier, recompute: Recompute
) -> None:
    await apply(applier, published(), *(user(one) for one in range(1, 41)))
    await recompute_all(recompute)
    async with applier.pool.acquire() as db, db.transaction():
        await db.execute("SET LOCAL enable_seqscan = off")  # as for a large table
        plan = await db.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {MARK_BEHIND}", 32)
    assert "recommendation_revision" in plan
    removed = [int(rows) for rows in re.findall(r'"Rows Removed by Filter": (\d+)', plan)]
    assert sum(removed) == 0


async def test_a_stale_list_never_shows_an_item_that_may_not_be_offered(
    applier: Applier, recompute: Recompute, http: httpx.AsyncClient
) -> None:
    await apply(applier, user(), *(published(f"course-{one}") for one in range(1, 6)))
    await recompute_all(recompute)
    answer = await http.get(PATH)
    assert answer.headers["X-Recommendations-Source"] == "precomputed"
    assert offered(answer) == [f"course-{one}" for one in range(1, 6)]
    # A change that does not affect the list keeps it precomputed.
    await apply(applier, published("course-6"))
    answer = await http.get(PATH)
    assert answer.headers["X-Recommendations-Source"] == "precomputed"
    # A retired, completed, blocked or rejected item is not in the next read.
    for fact, removed in (
        (retired("course-1", version=2), "course-1"),
        (published("course-2", version=2, prerequisites=["course-3"]), "course-2"),
        (progress(7, "course-4"), "course-4"),
        (feedback(7, "course-5"), "course-5"),
    ):
        await apply(applier, fact)
        answer = await http.get(PATH)
        assert answer.headers["X-Recommendations-Source"] == "computed"
        assert removed not in offered(answer)
    assert offered(await http.get(PATH, params={"limit": 3})) == ["course-3", "course-6"]


async def test_what_is_retired_blocks_nothing_and_takes_its_modules(
    applier: Applier, recompute: Recompute, http: httpx.AsyncClient
) -> None:
    async def read() -> tuple[str, list[str]]:
        answer = await http.get(PATH)
        return answer.headers["X-Source"], sorted(offered(answer))

    await apply(
        applier,
        user(),
        *(published(f"course-{one}") for one in (1, 3)),
        published("course-2", prerequisites=["course-1"]),
        published("module-3-1", course_id="course-3"),
        published("mission-1", prerequisites=["module-3-1"]),
    )
    await recompute_all(recompute)
    assert await read() == ("precomputed", ["course-1", "course-3"])
    await apply(applier, retired("course-1"))
    assert await read() == ("computed", ["course-2", "course-3"])
    await sweep(recompute)
    await apply(applier, published("course-4", prerequisites=["course-2"]))
    # The stored list has an item with a retired prerequisite, and is older than the catalogue.
    assert await read() == ("precomputed", ["course-2", "course-3"])
    await apply(applier, retired("course-3"))
    assert await read() == ("computed", ["course-2", "mission-1"])
    await sweep(recompute)
    await apply(applier, published("course-4", version=2))
    assert await read() == ("precomputed", ["course-2", "mission-1"])


async def test_a_completed_course_takes_its_modules_and_completed_modules_finish_theirs(
    applier: Applier, recompute: Recompute, http: httpx.AsyncClient
) -> None:
    await apply(
        applier,
        user(),
        *(published(f"course-{one}") for one in (1, 2)),
        *(published(f"module-{one}-1", course_id=f"course-{one}") for one in (1, 2)),
        published("mission-1", prerequisites=["module-1-1"]),
        progress(7, "course-1", status="completed"),
        progress(7, "module-2-1", status="completed"),
        progress(7, "course-2", status="in_progress"),
    )
    assert sorted(offered(await http.get(PATH))) == ["course-2", "mission-1"]
    await recompute_all(recompute)
    await apply(applier, published("course-3", prerequisites=["course-2"]))
    answer = await http.get(PATH)
    assert (answer.headers["X-Source"], offered(answer)) == (
        "precomputed",
        ["course-2", "mission-1"],
    )
    assert answer.json()["recommendations"][0]["reason"].startswith("Finish this course")


async def test_a_stored_list_that_the_client_has_is_a_304(
    applier: Applier, recompute: Recompute, http: httpx.AsyncClient
) -> None:
    await apply(applier, user(), published())
    assert "ETag" not in (await http.get(PATH)).headers  # computed for this request
    await recompute_all(recompute)
    for params in ({"limit": 3}, {}):
        first = await http.get(PATH, params=params)
        headers = {"If-None-Match": first.headers["ETag"]}
        again = await http.get(PATH, params=params, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["X-Source"] == "precomputed"
    await apply(applier, published(version=2, title="Another"))
    await recompute.mark_behind()
    await recompute_all(recompute)
    changed = await http.get(PATH, headers=headers)
    assert (changed.status_code, offered(changed)) == (200, ["course-1"])


async def test_a_stored_list_of_fifty_items_takes_at_most_two_kilobytes(
    applier: Applier, recompute: Recompute
) -> None:
    items = load_catalogue().items
    done = [one.content_id for one in items[:30]]
    facts = [progress(7, one, status="completed") for one in done]
    texts = ("title", "description", "track", "level", "content_type")
    await apply(
        applier,
        user(7, track="builders"),
        *(
            published(one.content_id, **{name: getattr(one, name) for name in texts})
            for one in items
        ),
        *facts,
    )
    await recompute_all(recompute)
    (row,) = await applier.pool.fetch(SIZES)
    assert len(unpack(row["lines"])[0].content_ids) == 50
    assert len(json.loads(row["made_from"])["progress"]) == 30
    assert row["bytes"] <= 2048


async def test_a_stored_list_shows_the_texts_of_now(
    applier: Applier, recompute: Recompute, http: httpx.AsyncClient
) -> None:
    await apply(applier, user(), published(title="Before"))
    await recompute_all(recompute)
    await apply(applier, published(version=2, title="After"))
    answer = await http.get(PATH)
    assert answer.headers["X-Source"] == "precomputed"
    assert [one["title"] for one in answer.json()["recommendations"]] == ["After"]


async def test_a_learner_with_an_empty_list_is_offered_new_content_at_once(
    applier: Applier, recompute: Recompute, http: httpx.AsyncClient
) -> None:
    await apply(applier, user())
    await recompute_all(recompute)
    answer = await http.get(PATH)
    assert (answer.headers["X-Recommendations-Source"], offered(answer)) == ("precomputed", [])
    await apply(applier, published())
    assert offered(await http.get(PATH)) == ["course-1"]
    assert offered(await http.get(PATH, params={"limit": 3})) == ["course-1"]


async def test_a_busy_process_answers_with_the_earlier_list_without_what_facts_forbid(
    applier: Applier,
    recompute: Recompute,
    http: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await apply(
        applier,
        user(),
        *(published(f"course-{one}") for one in range(1, 8)),
        published("module-7-1", course_id="course-7"),
        progress(7, "module-7-1", status="completed"),
        progress(7, "course-7", status="in_progress"),
    )
    await recompute_all(recompute)
    before = (await http.get(PATH)).json()["as_of"]
    monkeypatch.setattr("ai.recommendations.service.COMPUTED_AT_ONCE", 0)
    await apply(applier, progress(7, "course-6", status="failed"))
    advice = DismissalUpdated(
        version=1,
        user_id=7,
        kind=DismissalKind.ADVICE,
        target="course-3",
        dismissed=True,
        created_at=datetime.now(UTC),
        updated_at=datetime.now(UTC),
    )
    for fact in (
        advice,  # which is no recommendation
        retired("course-1"),
        published("course-2", version=2, prerequisites=["course-3"]),
        feedback(7, "course-5"),
        DismissalUpdated(
            version=1,
            user_id=7,
            kind=DismissalKind.RECOMMENDATION,
            target="course-4",
            dismissed=True,
            created_at=datetime.now(UTC),
            updated_at=datetime.now(UTC),
        ),
    ):
        await apply(applier, fact)
    answer = await http.get(PATH)
    assert answer.headers["X-Source"] == "precomputed"
    assert offered(answer) == ["course-7", "course-3"]
    assert answer.json()["as_of"] == before
    assert offered(await http.get(PATH, params={"limit": 1})) == ["course-7"]
    # When nothing of the earlier list is left, it is computed all the same.
    done = progress(7, "course-7", version=2, status="completed")
    await apply(applier, done, retired("course-2", version=3), retired("course-3"))
    answer = await http.get(PATH)
    assert (answer.headers["X-Source"], offered(answer)) == ("computed", ["course-6"])


async def test_no_more_lists_are_computed_at_once_for_requests_than_a_process_should(
    applier: Applier,
    recompute: Recompute,
    http: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    computing: list[Learner] = []
    others_are_answered = threading.Event()

    def slow(catalogue: Catalogue, learner: Learner, **options: Any) -> tuple[list[Entry], Note]:
        computing.append(learner)
        others_are_answered.wait(10)
        return compute(catalogue, learner, **options)

    monkeypatch.setattr("ai.recommendations.service.compute", slow)
    monkeypatch.setattr("ai.recommendations.service.COMPUTE_SECONDS", 10)
    monkeypatch.setattr("ai.recommendations.service.DATABASE_SECONDS", 10)
    await apply(applier, user(), published("course-1"), published("course-2"))
    await recompute_all(recompute)
    await apply(applier, progress(7, "course-1"))
    requests = [asyncio.create_task(http.get(PATH)) for _ in range(8)]
    for answered in asyncio.as_completed(requests):
        assert offered(await answered) == ["course-2"]
        if sum(one.done() for one in requests) == 8 - COMPUTED_AT_ONCE:
            others_are_answered.set()
    sources = Counter(one.result().headers["X-Source"] for one in requests)
    assert sources == {"computed": COMPUTED_AT_ONCE, "precomputed": 8 - COMPUTED_AT_ONCE}
    assert len(computing) == COMPUTED_AT_ONCE


async def test_learners_are_loaded_in_two_statements(applier: Applier) -> None:
    class Counting:
        statements = 0

        async def fetch(self, *statement: Any) -> Any:
            self.statements += 1
            return await applier.pool.fetch(*statement)

    await apply(applier, *(user(one) for one in range(1, 33)), feedback(7), progress(8))
    pool = Counting()
    assert len(await load_learners(cast(asyncpg.Pool, pool), range(1, 33))) == 32
    assert pool.statements == 2


async def test_items_are_left_out_on_request(applier: Applier, http: httpx.AsyncClient) -> None:
    await apply(applier, user(), *(published(f"course-{one}") for one in range(1, 4)))
    left_out = ["course-1", "course-99"]
    answer = await http.get(PATH, params={"exclude_ids": ",".join(left_out)})
    assert offered(answer) == ["course-2", "course-3"]
    body = {"user_id": 7, "exclude_ids": left_out}
    assert offered(await http.post(PATH, json=body)) == ["course-2", "course-3"]
    for wrong in (["nothing"], [f"course-{one}" for one in range(1, 102)]):
        assert (await http.get(PATH, params={"exclude_ids": ",".join(wrong)})).status_code == 400
        refused = await http.post(PATH, json={"user_id": 7, "exclude_ids": wrong})
        assert refused.status_code == 400
        assert refused.json()["detail"]


async def test_as_of_states_up_to_which_moment_facts_are_included(
    applier: Applier, recompute: Recompute, http: httpx.AsyncClient
) -> None:
    await apply(applier, user(), published())
    before = datetime.now(UTC)
    await recompute_all(recompute)
    kept = [(await http.get(PATH)).json()["as_of"] for _ in range(2)]
    kept.append((await http.get(PATH, params={"limit": 1})).json()["as_of"])
    assert len(set(kept)) == 1
    assert before <= datetime.fromisoformat(kept[0]) <= datetime.now(UTC)


async def test_the_debug_view_explains_the_list(applier: Applier, http: httpx.AsyncClient) -> None:
    await apply(applier, user(), *(published(f"course-{one}") for one in range(1, 4)))
    await applier.pool.execute(
        "INSERT INTO content_vector SELECT content_id, document_sha256,"
        " array_fill(0.05103104, ARRAY[384])::vector FROM content"
    )
    answer = (await http.get(f"{PATH}/debug", params={"limit": 2})).json()
    assert [one["content_id"] for one in answer["items"]] == ["course-1", "course-2"]
    assert (answer["user_id"], answer["r"]) == (7, 0.9)
    assert answer["intra_list_similarity"] == pytest.approx(1, abs=1e-4)
    first, second = answer["items"]
    assert sum(first["parts"].values()) == pytest.approx(first["score"], abs=1e-3)
    assert first["found_by"] == ["popular", "overall"]
    assert (first["nearest"], second["nearest"]) == (0, pytest.approx(1, abs=1e-4))
    assert second["relevance"] == pytest.approx(0.9 * second["score"] - 0.1, abs=1e-3)
    assert first["evidence"] == ["content:course-1@1"]
    assert (await http.get(f"{PATH}/debug", params={"user_id": 8})).status_code == 404
    missing = await http.get(f"{PATH}/debug", headers={"Authorization": ""})
    assert missing.status_code == 401


async def test_an_unknown_query_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.get(PATH, params={"exclude": "course-1"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "exclude")


async def test_a_list_that_fails_does_not_delay_other_learners(
    applier: Applier, recompute: Recompute, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stored_or_not(catalogue: Catalogue, learner: Learner, as_of: datetime) -> Stored:
        if learner.user_id == 2:
            raise ZeroDivisionError
        return stored(catalogue, learner, as_of)

    monkeypatch.setattr("ai.recommendations.recompute.stored", stored_or_not)
    await apply(applier, published(), user(1), user(2), user(3))
    await recompute_all(recompute)
    kept = await applier.pool.fetch("SELECT user_id FROM recommendation ORDER BY user_id")
    waiting = await applier.pool.fetch("SELECT user_id FROM dirty_learner")
    assert ([row[0] for row in kept], [row[0] for row in waiting]) == ([1, 3], [2])


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE profiling_session SET result = '{}' WHERE user_id = 2",
        "UPDATE progress SET status = 'paused' WHERE user_id = 2",
        "UPDATE entity SET body = body - 'verdict' || '{\"verdict\": 5}' WHERE user_id = 2",
    ],
)
async def test_a_row_that_cannot_be_read_delays_no_list_but_its_learners(
    applier: Applier, recompute: Recompute, damage: str
) -> None:
    of_two = [completed(2), progress(2), feedback(2)]
    await apply(applier, published(), user(1), user(2), user(3), *of_two)
    await applier.pool.execute(damage)
    await recompute_all(recompute)
    kept = await applier.pool.fetch("SELECT user_id FROM recommendation ORDER BY user_id")
    waiting = await applier.pool.fetch("SELECT user_id FROM dirty_learner")
    assert ([row[0] for row in kept], [row[0] for row in waiting]) == ([1, 3], [2])


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entity SET body = '{}' WHERE kind = 'missions'",
        "UPDATE content SET track = 'of-a-later-release' WHERE content_id = 'course-2'",
    ],
)
async def test_a_part_of_the_catalogue_that_cannot_be_read_is_left_out(
    applier: Applier, recompute: Recompute, damage: str
) -> None:
    await apply(applier, published("course-1"), published("course-2"), user(1))
    await apply(applier, mission("mission-1", NOW))
    await applier.pool.execute(damage)
    await recompute_all(recompute)
    ids = await applier.pool.fetchval("SELECT content_ids FROM recommendation")
    assert "course-1" in ids


async def test_a_newcomers_list_is_computed_from_the_data_of_core(
    applier: Applier, ai_settings: Settings
) -> None:
    def core(request: httpx.Request) -> httpx.Response:
        answer = CORE_SAYS.get(request.url.path)
        return httpx.Response(503) if answer is None else httpx.Response(200, json=answer)

    await apply(applier, published("course-1"), published("course-2"))
    app = app_over(applier.pool, ai_settings, core=httpx.MockTransport(core))
    async with learner_seven(app) as http:
        answer = await http.get(PATH)
    assert answer.headers["X-Recommendations-Source"] == "fallback"
    assert offered(answer) == ["course-2"]  # progress comes from core, feedback does not
