"""Puts facts of a large catalogue and its learners on the topics, and its vectors in the cache.

The vectors are pseudo-random: neither side looks at what they mean.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Iterator

import numpy as np
from confluent_kafka import Producer
from pgvector import Vector

from ai.embeddings.manifest import read_manifest
from ai.kit.db import open_pool
from ai.kit.settings import Settings
from ai.projections.documents import document, text_sha256
from ongoza_contracts.codec import encode
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.event import Fact
from ongoza_contracts.users import UserCreated
from ongoza_contracts.vocabulary import ContentType, Role, Track
from scripts.bench.facts import LEARNERS, NOW, progress_facts

REMEMBER = """
INSERT INTO embedding_cache (model, revision, precision, text_sha256, embedding)
SELECT $1, $2, $3, * FROM unnest($4::bytea[], $5::vector[])
"""
TRACKS = tuple(Track)


def content_facts(count: int) -> Iterator[ContentPublished]:
    for number in range(count):
        yield ContentPublished(
            version=1,
            content_id=f"module-{number:05}",
            content_type=ContentType.MODULE,
            title=f"Module {number}",
            description=f"What module {number} is about.",
            track=TRACKS[number % len(TRACKS)],
            level=1 + number % 5,
            duration_minutes=30,
            published_at=NOW,
            updated_at=NOW,
        )


def user_facts() -> Iterator[UserCreated]:
    for user_id in range(1, LEARNERS + 1):
        yield UserCreated(
            version=1,
            user_id=user_id,
            role=Role.LEARNER,
            status="active",
            created_at=NOW,
            updated_at=NOW,
        )


def send(facts: Iterable[Fact]) -> None:
    producer = Producer(
        {"bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"], "batch.size": 100_000}
    )
    for fact in facts:
        made = encode(fact, time=NOW)
        producer.produce(
            made.topic, made.payload, made.key.encode(), made.partition, headers=[*made.headers()]
        )
        producer.poll(0)
    if left := producer.flush(60):
        sys.exit(f"{left} records were not acknowledged")


async def remember(content: Iterable[ContentPublished]) -> None:
    identity = read_manifest().identity
    digests = [text_sha256(document(one.title, one.description, one.skills)) for one in content]
    vectors = np.random.default_rng(7).normal(size=(len(digests), identity.dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [Vector(row) for row in vectors.astype(np.float32)]
    pool = await open_pool(Settings(), search_path="g1, public")
    await pool.execute(
        REMEMBER, identity.model, identity.revision, identity.precision, digests, rows
    )
    await pool.close()


def main(facts: int, vectors: int) -> None:
    content = list(content_facts(vectors))
    send(content)
    send(user_facts())
    send(progress_facts(facts - vectors - LEARNERS))
    asyncio.run(remember(content))
    print(json.dumps(facts))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
