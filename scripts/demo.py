"""Follow one learner's progress through every hop: from core's commit to the changed list."""

import asyncio
import math
import os
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console
from rich.table import Table

from ai.kit.consumers import create_consumer
from ai.kit.kafka_config import KafkaConfig
from ai.kit.settings import Settings
from ongoza_contracts.topics import PROGRESS, partition_for

DEADLINE_SECONDS = 20.0
POLL_SECONDS = 0.002
HOPS = (COMMITTED, ON_TOPIC, APPLIED, RECOMPUTED, VISIBLE) = (
    "committed by core",
    "record on the topic",
    "fact applied by ai",
    "list recomputed",
    "list visible",
)

T = TypeVar("T")
console = Console()


@dataclass
class Hops:
    """The hops that were seen, in milliseconds after the report of progress was sent."""

    sent: float = field(default_factory=time.perf_counter)
    seen: list[tuple[float, str, str]] = field(default_factory=list)

    def mark(self, hop: str, detail: str) -> None:
        self.seen.append(((time.perf_counter() - self.sent) * 1000, hop, detail))

    def in_order(self) -> list[tuple[float, str, str]]:
        """As they happen, each at the latest when the next one is seen: the answer of core, for
        instance, may arrive after the record on the topic."""
        hops: list[tuple[float, str, str]] = []
        latest = math.inf
        for time_seen, hop, detail in sorted(self.seen, key=lambda one: -HOPS.index(one[1])):
            latest = min(latest, time_seen)
            hops.insert(0, (latest, hop, detail))
        return hops


async def eventually(what: str, look: Callable[[], Awaitable[T | None]]) -> T:
    """Wait until `look` returns something, and return it. Raises TimeoutError naming `what`."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if (found := await look()) is not None:
            return found
        await asyncio.sleep(POLL_SECONDS)
    raise TimeoutError(f"not seen within {DEADLINE_SECONDS:.0f} s: {what}")


class Learner:
    """A new learner who calls both services."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.core = os.environ["DJANGO_API_URL"]
        self.ai = os.environ["FASTAPI_BASE_URL"]
        self.user_id = 0

    async def sign_up(self) -> None:
        body = {
            "email": f"demo-{secrets.token_hex(6)}@ongoza.example",
            "password": secrets.token_urlsafe(16),
            "first_name": "Demo",
            "last_name": "Learner",
        }
        answer = await self._call("POST", f"{self.core}/api/v1/auth/signup", json=body)
        self.user_id = answer["user"]["id"]
        self.http.headers["Authorization"] = f"Bearer {answer['access_token']}"

    async def answer_the_profiler(self) -> dict[str, Any]:
        """Take the first option of each question; the result as ai gives it."""
        profiling = f"{self.ai}/api/v1/profiling"
        progress = await self._call("POST", f"{profiling}/session/start")
        address = f"{profiling}/session/{progress['session_id']}"
        while question := progress["next_question"]:
            answer = {"question_id": question["id"], "option_id": question["options"][0]["id"]}
            progress = await self._call("POST", f"{address}/respond", json=answer)
        return dict(await self._call("POST", f"{address}/complete"))

    async def complete(self, item: dict[str, Any]) -> dict[str, Any]:
        body = {
            "content_id": item["content_id"],
            "content_type": item["content_type"],
            "status": "completed",
            "completion_percentage": 100,
            "score": 92.5,
        }
        return dict(await self._call("POST", f"{self.core}/api/v1/progress/", json=body))

    async def recommendations(self) -> tuple[list[dict[str, Any]], str]:
        response = await self.http.get(f"{self.ai}/api/v1/recommendations")
        response.raise_for_status()
        return response.json()["recommendations"], response.headers["X-Source"]

    async def show_list(self, title: str, items: list[dict[str, Any]]) -> None:
        """The first items with what decides their order: the score, less what is like an item
        before it."""
        answer = await self._call("GET", f"{self.ai}/api/v1/recommendations/debug")
        relevance = {one["content_id"]: f"{one['relevance']:.2f}" for one in answer["items"]}
        table = Table("", "item", "relevance", "why", title=title, title_justify="left")
        for place, item in enumerate(items[:5], start=1):
            known = relevance.get(item["content_id"], "")
            table.add_row(str(place), item["title"], known, item["reason"])
        console.print(table)

    async def _call(self, method: str, url: str, **options: Any) -> Any:
        response = await self.http.request(method, url, **options)
        if response.is_error:
            raise SystemExit(f"{method} {url}: {response.status_code} {response.text}")
        return response.json()


async def watch_topic(consumer: AIOKafkaConsumer, key: bytes, hops: Hops) -> None:
    async for record in consumer:
        if record.key == key:
            position = f"{record.topic}, partition {record.partition}, offset {record.offset}"
            hops.mark(ON_TOPIC, position)
            return


async def watch_database(db: asyncpg.Connection, user_id: int, content_id: str, hops: Hops) -> None:
    async def applied() -> int | None:
        query = "SELECT version FROM live.progress WHERE user_id = $1 AND content_id = $2"
        return await db.fetchval(query, user_id, content_id)  # type: ignore[no-any-return]

    before = await db.fetchval(
        "SELECT computed_at FROM live.recommendation WHERE user_id = $1", user_id
    )

    async def recomputed() -> str | None:
        query = "SELECT made_from FROM live.recommendation WHERE user_id = $1 AND computed_at > $2"
        return await db.fetchval(query, user_id, before)  # type: ignore[no-any-return]

    hops.mark(APPLIED, f"progress at version {await eventually('version', applied)}")
    await eventually("new list", recomputed)
    hops.mark(RECOMPUTED, "recommendation row written")


async def watch_answers(learner: Learner, content_id: str, hops: Hops) -> Any:
    async def changed() -> list[dict[str, Any]] | None:
        items, source = await learner.recommendations()
        done = content_id not in {item["content_id"] for item in items}
        return items if source == "precomputed" and done else None

    items = await eventually("the changed list", changed)
    hops.mark(VISIBLE, "shown by GET /api/v1/recommendations")
    return items


async def topic_end(user_id: int) -> AIOKafkaConsumer:
    """A consumer that stands at the end of the learner's partition."""
    consumer = create_consumer(KafkaConfig.of(Settings()), fetch_max_wait_ms=5)
    await consumer.start()
    partition = TopicPartition(PROGRESS.name, partition_for(str(user_id), PROGRESS.partitions))
    consumer.assign([partition])
    await consumer.seek_to_end(partition)
    await consumer.position(partition)
    return consumer


def show_hops(hops: Hops) -> None:
    table = Table("ms", "hop", "seen", title="From commit to visible", title_justify="left")
    for milliseconds, hop, detail in hops.in_order():
        table.add_row(f"{milliseconds:.1f}", hop, detail)
    console.print(table)


async def demo() -> None:
    db = await asyncpg.connect(
        host=os.environ["VECTOR_DB_HOST"],
        port=int(os.environ["VECTOR_DB_PORT"]),
        user=os.environ["VECTOR_DB_USER"],
        password=os.environ["VECTOR_DB_PASSWORD"],
        database=os.environ["VECTOR_DB_NAME"],
    )
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        try:
            await run_demo(Learner(http), db)
        finally:
            await db.close()


async def run_demo(learner: Learner, db: asyncpg.Connection) -> None:
    await learner.sign_up()
    console.print(f"signed up learner {learner.user_id}")
    result = await learner.answer_the_profiler()
    track = result["primary"]["name"]
    console.print(f"profiler: {track} ({result['confidence']} confidence)")
    await eventually("the list computed from the profile", lambda: profiled(db, learner.user_id))
    before, _ = await learner.recommendations()
    await learner.show_list("Before", before)
    item = next((i for i in before if i["content_type"] == "course"), before[0])
    console.print(f"completing {item['title']!r} ({item['content_id']})")
    await learner.show_list("After", await follow(learner, db, item))


async def profiled(db: asyncpg.Connection, user_id: int) -> str | None:
    query = """
    SELECT made_from->>'profile' FROM live.recommendation
    WHERE user_id = $1 AND made_from->>'profile' LIKE 'profiling:%'
    """
    return await db.fetchval(query, user_id)  # type: ignore[no-any-return]


async def follow(learner: Learner, db: asyncpg.Connection, item: dict[str, Any]) -> Any:
    """Complete `item` while watching every place it passes; the list that came of it."""
    consumer = await topic_end(learner.user_id)
    try:
        hops = Hops()
        key = f"{learner.user_id}:{item['content_id']}".encode()
        watchers = asyncio.gather(
            watch_topic(consumer, key, hops),
            watch_database(db, learner.user_id, item["content_id"], hops),
            watch_answers(learner, item["content_id"], hops),
        )
        await asyncio.sleep(0.05)  # the watchers stand ready before there is something to see
        hops.sent = time.perf_counter()
        row = await learner.complete(item)
        hops.mark(COMMITTED, f"progress row {row['id']}, {row['status']}")
        _, _, after = await asyncio.wait_for(watchers, DEADLINE_SECONDS)
    finally:
        await consumer.stop()
    show_hops(hops)
    return after


def main() -> None:
    try:
        asyncio.run(demo())
    except (httpx.TransportError, OSError, TimeoutError) as error:
        sys.exit(f"the demo needs the running stack (`make up`): {error or type(error).__name__}")


if __name__ == "__main__":
    main()
