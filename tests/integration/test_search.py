"""`GET /api/v1/search`, `/similar/...`: the real model, real rows, unavailable databases."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any, cast

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from ai.embeddings.backfill import Backfill
from ai.embeddings.cache import CachedEncoder
from ai.embeddings.encoder import Encoder, open_encoder
from ai.embeddings.multilingual import TABLE as MULTILINGUAL_TABLE
from ai.embeddings.multilingual import MultilingualEncoder, open_multilingual
from ai.embeddings.queue import EncoderBusy, EncoderQueue
from ai.kit.settings import Settings
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.status import heartbeat
from ai.rebuild.vectors import fill_from_cache
from ai.search import cache as search_cache
from ai.search.cache import LexicalCache
from ai.search.queries import load_items
from ai.vectorstore.base import Filter, Hit, StoreUnavailable
from ai.vectorstore.pgvector import PgVectorStore
from ongoza_contracts.event import Fact
from ongoza_contracts.http.search import SearchResponse
from tests.ai_double import DatabaseDown, app_over, learner_seven
from tests.facts import published, record, retired

CATALOGUE: dict[str, dict[str, Any]] = {
    "course-1": {"title": "Hardening a Linux server", "skills": ["linux"], "level": 2},
    "course-2": {"title": "Leading a security team", "track": "leaders", "level": 4},
    "module-3": {"title": "Secure shell and Linux users", "skills": ["linux", "ssh"]},
    "mission-4": {"title": "Phishing: recognise it and report it", "track": "educators"},
    "mission-5": {"title": "Price a security service", "track": "entrepreneurs"},
}


class OtherStore:
    """Another store with fixed answers."""

    def __init__(self, *content_ids: str, down: bool = False) -> None:
        self.content_ids, self.down = content_ids, down
        self.asked: list[tuple[int, Filter]] = []

    async def search(self, _: Any, k: int, only: Filter) -> list[Hit]:
        self.asked.append((k, only))
        if self.down:
            raise StoreUnavailable("down")
        return [Hit(one, 0.5) for one in self.content_ids][:k]


@pytest.fixture(scope="module")
def model() -> Encoder:
    return open_encoder()


@pytest.fixture
async def pool(vector_pool: asyncpg.Pool, model: Encoder) -> asyncpg.Pool:
    """With the catalogue in it, embedded."""
    await heartbeat(vector_pool, "test", "g1")
    await publish(vector_pool, *(published(one, **given) for one, given in CATALOGUE.items()))
    await embed(vector_pool, model)
    return vector_pool


async def publish(pool: asyncpg.Pool, *facts: Fact) -> None:
    await Applier(pool, "g1", "test").apply(read_batch(record(fact) for fact in facts))


async def embed(pool: asyncpg.Pool, model: Encoder) -> None:
    queue = EncoderQueue(model)
    while await Backfill(pool, CachedEncoder(pool, queue)).embed_some():
        pass
    queue.close()


@pytest.fixture
def app(pool: asyncpg.Pool, model: Encoder, ai_settings: Settings) -> FastAPI:
    return app_over(pool, ai_settings, encoder=EncoderQueue(model), vectors=PgVectorStore(pool))


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with learner_seven(app) as client:
        yield client


def change(app: FastAPI, **changes: Any) -> None:
    app.state.resources = replace(app.state.resources, **changes)


def take_the_database_away(app: FastAPI) -> None:
    down = cast(asyncpg.Pool, DatabaseDown())
    change(app, pool=down, vectors=PgVectorStore(down))


async def get(http: httpx.AsyncClient, path: str, **query: Any) -> tuple[str, list[dict[str, Any]]]:
    """Where the answer comes from, and its results."""
    answer = await http.get(f"/api/v1/search{path}", params=query)
    assert answer.status_code == 200, answer.text
    body = SearchResponse.model_validate_json(answer.content)
    scores = [one.score for one in body.results]
    assert (body.total, scores) == (len(scores), sorted(scores, reverse=True))
    assert answer.headers["X-Source"] == answer.headers["X-Search-Source"]
    return answer.headers["X-Source"], answer.json()["results"]


def ids(results: list[dict[str, Any]]) -> list[str]:
    return [one["content_id"] for one in results]


async def test_items_are_found_by_their_meaning_with_all_fields_of_a_list(
    http: httpx.AsyncClient,
) -> None:
    source, results = await get(http, "", q="fraudulent e-mails that steal passwords")
    assert (source, len(results)) == ("database", 5)
    first = results[0]
    score = first.pop("score")
    assert first == {
        "content_id": "mission-4",
        "content_type": "mission",
        "title": "Phishing: recognise it and report it",
        "description": "What it is about.",
        "track": "educators",
        "level": 1,
        "skills": [],
    }
    assert 0.3 < score < 0.8
    assert ids((await get(http, "", q="becoming a CISO and managing people"))[1])[0] == "course-2"


async def test_the_text_of_an_item_scores_1(http: httpx.AsyncClient) -> None:
    text = "Hardening a Linux server\nlinux\nWhat it is about."
    (first,) = (await get(http, "", q=text, limit=1))[1]
    assert (first["content_id"], first["score"]) == ("course-1", 1.0)


FILTERS: list[tuple[Mapping[str, Any], set[str]]] = [
    ({"type": "mission"}, {"mission-4", "mission-5"}),
    ({"track": "leaders"}, {"course-2"}),
    ({"level": 1}, {"module-3", "mission-4", "mission-5"}),
    ({"skills": "ssh"}, {"module-3"}),
    ({"skills": "ssh,linux"}, {"course-1", "module-3"}),
    ({"skills": "linux", "type": "course", "level": 2}, {"course-1"}),
    ({"skills": "linux", "track": "leaders"}, set()),
]


@pytest.mark.parametrize(("filters", "found"), FILTERS, ids=[str(one) for one, _ in FILTERS])
async def test_filters_hold_in_the_database_and_in_memory(
    app: FastAPI, http: httpx.AsyncClient, filters: Mapping[str, Any], found: set[str]
) -> None:
    source, results = await get(http, "", q="linux", **filters)
    assert (source, set(ids(results))) == ("database", found)
    await app.state.resources.catalogues.current()
    take_the_database_away(app)
    source, same = await get(http, "", q="linux", **filters)
    assert source == "memory"
    assert same == results


async def test_a_retired_item_is_never_found(
    app: FastAPI, http: httpx.AsyncClient, pool: asyncpg.Pool
) -> None:
    await publish(pool, retired("course-1", version=2, title="Hardening a Linux server"))
    await app.state.resources.catalogues.current()
    change(app, other_vectors=OtherStore("course-1", "module-3", "course-2", "mission-4"))
    source, results = await get(http, "", q="linux servers", limit=4)
    assert (source, set(ids(results))) == ("database", CATALOGUE.keys() - {"course-1"})
    assert (await http.get("/api/v1/search/similar/course-1")).status_code == 404
    assert "course-1" not in ids((await get(http, "/similar/module-3"))[1])
    take_the_database_away(app)
    source, results = await get(http, "", q="linux servers")
    assert (source, set(ids(results))) == ("memory", CATALOGUE.keys() - {"course-1"})
    assert (await http.get("/api/v1/search/similar/course-1")).status_code == 404


async def test_similar_items_are_near_and_never_the_item_itself(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    source, results = await get(http, "/similar/course-1", limit=4)
    assert (source, ids(results)[0], len(results)) == ("database", "module-3", 4)
    assert "course-1" not in ids(results)
    assert ids((await get(http, "/similar/course-1", type="mission", limit=1))[1])[0].startswith(
        "mission"
    )
    await app.state.resources.catalogues.current()
    take_the_database_away(app)
    assert await get(http, "/similar/course-1", limit=4) == ("memory", results)


async def test_an_item_without_a_vector_has_similar_items(
    http: httpx.AsyncClient, pool: asyncpg.Pool
) -> None:
    await publish(pool, published("course-9", title="Linux for beginners", skills=["linux"]))
    assert ids((await get(http, "/similar/course-9"))[1])[0] in {"course-1", "module-3"}


@pytest.mark.parametrize("content_id", ["course-77", "course-", "x", "1", "course-1%00", "..%2f1"])
async def test_an_unknown_item_is_not_found(http: httpx.AsyncClient, content_id: str) -> None:
    answer = await http.get(f"/api/v1/search/similar/{content_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=",
        "q=%20%09",
        "q=" + "x" * 513,
        "q=a&type=book",
        "q=a&track=hackers",
        "q=a&level=0",
        "q=a&level=6",
        "q=a&level=two",
        "q=a&skills=",
        "q=a&skills=,",
        "q=a&skills=Linux",
        "q=a&skills=" + ",".join("abcdefghijk"),
        "q=a&limit=0",
        "q=a&limit=51",
        "q=a&limit=99999999999999999999",
        "q=a&skill=linux",
        "q=a&q=b",
        "q=%00",
    ],
)
async def test_an_invalid_parameter_is_refused(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.get(f"/api/v1/search?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_parameter")


@pytest.mark.parametrize("text", ["🔐", "x" * 512, "'; DROP TABLE content; --", "مرحبا"])
async def test_any_text_can_be_searched(http: httpx.AsyncClient, text: str) -> None:
    assert len((await get(http, "", q=text))[1]) == 5


async def test_without_database_and_memory_the_answer_is_503(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    take_the_database_away(app)
    for path in ("?q=linux", "/similar/course-1"):
        answer = await http.get(f"/api/v1/search{path}")
        assert (answer.status_code, answer.json()["code"]) == (503, "search_unavailable")
        assert answer.headers["Retry-After"] == "1"


async def test_the_other_store_is_searched_first_and_checked(
    app: FastAPI, http: httpx.AsyncClient, pool: asyncpg.Pool
) -> None:
    other = OtherStore("mission-5", "course-2")
    change(app, other_vectors=other)
    source, results = await get(http, "", q="kubernetes", limit=2)
    assert (source, ids(results)) == ("pinecone", ["course-2", "mission-5"])
    assert other.asked == [(2, Filter())]
    # If its answer is outdated or incomplete, the database answers.
    for query in ({"level": 4, "limit": 2}, {"limit": 3}, {"track": "leaders", "limit": 1}):
        assert (await get(http, "", q="linux", **query))[0] == "database"
    change(app, other_vectors=OtherStore(down=True))
    assert (await get(http, "", q="linux"))[0] == "database"


async def test_identifiers_and_acronyms_find_their_items_first(
    http: httpx.AsyncClient, pool: asyncpg.Pool, model: Encoder
) -> None:
    cves = [f"CVE-2024-{number}" for number in range(3090, 3100)]
    techniques = ["T1059", "T1059.001", "T1059.003", "T1566", "T1566.001", "T1110.003"]
    titles = [f"Patch drill for {one}" for one in cves]
    titles += [f"A technique ({one})" for one in techniques]
    missions = [published(f"mission-{900 + n}", title=one) for n, one in enumerate(titles)]
    await publish(pool, *missions, published("mission-990", title="Cross-site scripting in a shop"))
    await embed(pool, model)
    for number, identifier in enumerate([*cves, *techniques]):
        found = ids((await get(http, "", q=identifier.lower(), limit=1))[1])
        assert found == [f"mission-{900 + number}"], identifier
    assert ids((await get(http, "", q="XSS", limit=1))[1]) == ["mission-990"]


class FailingEncoder:
    async def encode(self, texts: list[str]) -> None:
        raise EncoderBusy


async def test_without_the_model_words_still_find_and_the_answer_says_so(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    change(app, encoder=FailingEncoder())
    answer = (await http.get("/api/v1/search", params={"q": "linux server"})).json()
    assert answer["meaning"] == "none"
    assert ids(answer["results"]) == ["course-1", "module-3"]
    take_the_database_away(app)
    same = await http.get("/api/v1/search", params={"q": "linux server"})
    assert (same.headers["X-Source"], same.json()) == ("memory", answer)


async def test_the_language_is_said_and_can_be_given(http: httpx.AsyncClient) -> None:
    for query, language in (({"q": "nenosiri"}, "sw"), ({"q": "nenosiri", "language": "en"}, "en")):
        answer = (await http.get("/api/v1/search", params=query)).json()
        assert (answer["language"], answer["meaning"]) == (language, "english")
    refused = await http.get("/api/v1/search", params={"q": "x", "language": "tlh"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_parameter")


async def test_other_languages_are_compared_by_vectors_of_the_multilingual_model(
    app: FastAPI, http: httpx.AsyncClient, pool: asyncpg.Pool
) -> None:
    second = MultilingualEncoder()
    queue = EncoderQueue(second)
    encoder = CachedEncoder(pool, queue)
    revision = await pool.fetchval("SELECT revision FROM catalogue_revision")
    while await Backfill(pool, encoder, MULTILINGUAL_TABLE).embed_some():
        pass
    assert await pool.fetchval("SELECT revision FROM catalogue_revision") == revision
    same = """SELECT count(*) FROM content_vector JOIN content_vector_e5 USING (content_id)
        WHERE content_vector.embedding <=> content_vector_e5.embedding < 0.5"""
    assert await pool.fetchval(same) == 0
    # A rebuild fills the table from the cache alone.
    await pool.execute("DELETE FROM content_vector_e5")
    assert await fill_from_cache(pool, second.identity, MULTILINGUAL_TABLE) == len(CATALOGUE)
    change(app, multilingual=open_multilingual(second, pool))
    for text, language, best in (
        ("barua pepe za ulaghai", "sw", "mission-4"),
        ("comment reconnaître un courriel d\u2019hameçonnage", "fr", "mission-4"),
        ("kuongoza timu ya usalama", "sw", "course-2"),
    ):
        answer = (await http.get("/api/v1/search", params={"q": text})).json()
        assert (answer["language"], answer["meaning"]) == (language, "multilingual")
        assert ids(answer["results"])[0] == best
    queue.close()


async def test_until_other_languages_have_their_vectors_the_english_model_answers(
    app: FastAPI, http: httpx.AsyncClient, pool: asyncpg.Pool
) -> None:
    await pool.execute("DELETE FROM content_vector_e5")
    second = open_multilingual(MultilingualEncoder(), pool)
    change(app, multilingual=second)
    answer = (await http.get("/api/v1/search", params={"q": "كلمة المرور"})).json()
    assert answer["meaning"] == "english"
    assert answer["total"] > 0
    second.encoder.close()


async def test_only_changed_items_are_read_again_for_their_words(
    app: FastAPI, http: httpx.AsyncClient, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache: LexicalCache = app.state.resources.lexical
    read: list[list[str]] = []

    async def recorded(pool: asyncpg.Pool, content_ids: list[str]) -> Any:
        read.append(content_ids)
        return await load_items(pool, content_ids)

    monkeypatch.setattr(search_cache, "load_items", recorded)
    await cache.refresh()
    await publish(pool, published("course-1", version=2, title="Hardening a Debian server"))
    await publish(pool, retired("course-2", version=2))
    await cache.refresh()
    await cache.refresh()
    assert read == [sorted(CATALOGUE), ["course-1"]]
    assert set((await cache.search("debian", 9, Filter())).best) == {"course-1"}
    assert not (await cache.search("leading", 9, Filter())).best


async def test_a_request_without_a_token_is_refused(http: httpx.AsyncClient) -> None:
    for path in ("?q=linux", "/similar/course-1"):
        answer = await http.get(f"/api/v1/search{path}", headers={"Authorization": ""})
        assert answer.status_code == 401
