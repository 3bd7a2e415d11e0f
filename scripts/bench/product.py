"""The product's parts that several measures use: a renamed module is followed here."""

import os
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import asyncpg
import django
from confluent_kafka import KafkaError, Message, Producer

from ai.kit.db import Db, connect, open_pool
from ai.kit.settings import Settings
from ai.projections.documents import document
from ai.projections.tables import write_content, write_learners, write_progress
from core.config.kafka import connection
from core.demo.loader import load_catalogue
from ongoza_contracts.codec import encode
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.event import Fact
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.users import UserCreated
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Role, Track

LEARNERS = 1000
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
TRACKS = tuple(Track)
WRITTEN = 10_000
"""How many rows one statement writes."""


def set_up_django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "core.config.settings"
    django.setup()


def issue_tokens() -> list[tuple[int, str]]:
    """The id and a token of every learner of the demo."""
    set_up_django()
    from core.users.models import User
    from core.users.tokens import issue

    return [
        (user.id, issue(user, user.sign_ins.create()).access)
        for user in User.objects.filter(role=Role.LEARNER, is_active=True).order_by("id")
    ]


async def ai_pool(search_path: str = "g1, public", **parameters: str) -> asyncpg.Pool:
    return await open_pool(Settings(), search_path=search_path, parameters=parameters)


async def ai_connection() -> asyncpg.Connection:
    """A connection for a floor, with the one setting of the product's that changes its speed."""
    connection = await connect(Settings())
    await connection.execute("SET jit = off")
    return connection


async def write_facts(
    db: Db,
    content: Sequence[ContentPublished],
    learners: Sequence[UserCreated] = (),
    progress: Sequence[ProgressUpdated] = (),
) -> None:
    """Writes what the facts say into the tables of the generation in the search path."""
    await write_content(db, content)
    await write_learners(db, learners)
    for first in range(0, len(progress), WRITTEN):
        await write_progress(db, progress[first : first + WRITTEN])


def progress_facts(count: int) -> Iterator[ProgressUpdated]:
    """Consecutive facts are of different learners, and each is the first of its entity."""
    for number in range(count):
        item, percentage = f"module-{number // LEARNERS:03}", float(number % 100)
        yield progress_fact(1 + number % LEARNERS, item, completion_percentage=percentage)


def progress_fact(user_id: int, item: str, at: datetime = NOW, **state: Any) -> ProgressUpdated:
    usual = {"content_type": ContentType.MODULE, "status": ProgressStatus.IN_PROGRESS}
    fields: dict[str, Any] = {**usual, "score": None, **state, "created_at": at, "updated_at": at}
    return ProgressUpdated(version=1, user_id=user_id, content_id=item, **fields)


def user_facts(count: int, tracks: Sequence[Track | None] = (None,)) -> Iterator[UserCreated]:
    always: dict[str, Any] = {"version": 1, "role": Role.LEARNER, "status": "active"}
    for user_id in range(1, count + 1):
        track = tracks[user_id % len(tracks)]
        yield UserCreated(user_id=user_id, track=track, created_at=NOW, updated_at=NOW, **always)


def content_fact(number: int, **state: Any) -> ContentPublished:
    usual = {
        **{"content_id": f"module-{number:06}", "content_type": ContentType.MODULE},
        **{"title": f"Module {number}", "description": f"What module {number} is about."},
        **{"track": TRACKS[number % len(TRACKS)], "level": 1 + number % 5, "duration_minutes": 30},
    }
    return ContentPublished(version=1, **{**usual, **state}, published_at=NOW, updated_at=NOW)


def catalogue() -> list[ContentPublished]:
    """The demo's catalogue as facts, without the course that a module belongs to."""
    names = ContentPublished.model_fields.keys() - {"course_id"}
    items = [vars(item) for item in load_catalogue().items]
    return [content_fact(0, **{name: item[name] for name in names & item.keys()}) for item in items]


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
    """Puts facts on their topics. Raises RuntimeError when one is not acknowledged."""
    errors: list[KafkaError] = []

    def delivered(error: KafkaError | None, _: Message) -> None:
        errors.extend([error] if error else [])

    # The topics take batches of 256 KiB at most.
    settings: dict[str, Any] = {**connection(), "batch.size": 100_000}
    producer = Producer(settings)
    for record in (encode(fact, time=NOW) for fact in facts):
        key, headers = record.key.encode(), cast(Any, [*record.headers()])
        value, partition = record.payload, record.partition
        producer.produce(record.topic, value, key, partition, delivered, headers=headers)
        producer.poll(0)
    if producer.flush(60) or errors:
        raise RuntimeError(f"records were not acknowledged: {errors[:3]}")
