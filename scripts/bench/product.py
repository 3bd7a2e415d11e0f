"""The product's parts that several measures use: a renamed module is followed here."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from ai.embeddings.manifest import read_manifest
from ai.kit.db import open_pool
from ai.kit.settings import Settings
from ai.projections.documents import document
from ai.recommendations.refresh import NeighboursRefresh
from core.config.kafka import connection
from core.demo.loader import load_catalogue
from core.outbox.kafka import Publisher
from ongoza_contracts.codec import encode
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.event import Fact
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.users import UserCreated
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Role, Track

LEARNERS = 1000
SESSIONS = UUID(int=18)
"""The namespace of ids of profiling sessions."""
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
TRACKS = tuple(Track)
OTHER_TRACKS = [track for track in Track if track is not Track.RESEARCHERS]


async def ai_pool(search_path: str = "g1, public", **parameters: str) -> asyncpg.Pool:
    return await open_pool(Settings(), search_path=search_path, parameters=parameters)


def progress_facts(count: int, first: int = 0) -> Iterator[ProgressUpdated]:
    """Consecutive facts are of different learners, and each is the first of its entity."""
    for number in range(first, first + count):
        yield progress_fact(1 + number % LEARNERS, f"module-{number // LEARNERS:03}", number % 100)


def progress_fact(user_id: int, item: str, percentage: int, at: datetime = NOW) -> ProgressUpdated:
    """Completed with 100 percent."""
    key = {"user_id": user_id, "content_id": item, "content_type": item.partition("-")[0]}
    status = ProgressStatus.COMPLETED if percentage == 100 else ProgressStatus.IN_PROGRESS
    state = {"status": status, "completion_percentage": percentage}
    return ProgressUpdated(version=1, **key, **state, created_at=at, updated_at=at)


def user_facts(count: int) -> Iterator[UserCreated]:
    for user_id in range(1, count + 1):
        state = {"role": Role.LEARNER, "status": "active", "track": TRACKS[user_id % len(TRACKS)]}
        yield UserCreated(version=1, user_id=user_id, **state, created_at=NOW, updated_at=NOW)


def content_facts(count: int) -> list[ContentPublished]:
    """One item in ten is of level 1, one of those in ten for researchers."""
    return [
        _content_fact(
            content_id=f"module-{number:06}",
            content_type=ContentType.MODULE,
            title=f"Module {number}",
            description=f"What module {number} is about.",
            track=OTHER_TRACKS[number % len(OTHER_TRACKS)] if number % 100 else Track.RESEARCHERS,
            level=2 + number % 4 if number % 10 else 1,
            skills=("linux",),
            duration_minutes=30,
        )
        for number in range(count)
    ]


def catalogue_facts() -> list[ContentPublished]:
    """The demo's catalogue, without the course that a module belongs to."""
    course = {"course_id", "position", "program"}
    items = [vars(item) for item in load_catalogue().items]
    return [_content_fact(**{name: item[name] for name in item.keys() - course}) for item in items]


def _content_fact(**fields: Any) -> ContentPublished:
    return ContentPublished(version=1, **fields, published_at=NOW, updated_at=NOW)


def catalogue_texts() -> list[str]:
    """Real texts to embed, whole and in parts: each once, and always in the same random order."""
    parts = [
        (document(item.title, item.description, item.skills), item.title, item.description)
        for item in load_catalogue().items
    ]
    distinct = list(dict.fromkeys(text for texts in parts for text in texts))
    random.Random(7).shuffle(distinct)  # noqa: S311 - an order, not a secret
    return distinct


def publish(facts: Iterable[Fact]) -> None:
    """Puts facts on their topics. Raises NotPublished."""
    Publisher(connection()).publish([encode(fact, time=NOW) for fact in facts], lambda: None)


async def count_neighbours(pool: asyncpg.Pool) -> None:
    """As the worker does; no-op unless enough facts changed since."""
    await NeighboursRefresh(pool).refresh_in_child()


def model_key() -> tuple[str, str, str]:
    """The model of vectors in the cache, as its table names it."""
    return read_manifest().identity.key
