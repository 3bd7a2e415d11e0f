"""What /health says of the projections."""

from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest
from fastapi import Response

from ai.health import Health, health
from ai.kit.vectors import ModelIdentity
from ai.projections.status import heartbeat

CORE: Any = SimpleNamespace(breaker=SimpleNamespace(is_open=False))
ENCODER: Any = SimpleNamespace(identity=ModelIdentity("model", "1", "fp32", 8))


@pytest.fixture
async def pool(vector_pool: asyncpg.Pool) -> asyncpg.Pool:
    """With a worker that runs."""
    await heartbeat(vector_pool, "test", "g1")
    return vector_pool


async def ask(pool: asyncpg.Pool) -> tuple[int, Health]:
    response = Response()
    found = await health(cast(Any, pool), CORE, ENCODER, response)
    return response.status_code, found


async def test_a_lost_topic_degrades_the_health_and_is_named(pool: asyncpg.Pool) -> None:
    assert (await ask(pool))[1].status == "ok"
    await pool.execute("INSERT INTO lost_topic (topic, cause) VALUES ('ongoza.users', 'shorter')")
    code, found = await ask(pool)
    assert (code, found.status) == (200, "degraded")
    assert found.projection
    assert [one.topic for one in found.projection.lost_topics] == ["ongoza.users"]


async def test_a_topic_that_was_lost_long_ago_is_history(pool: asyncpg.Pool) -> None:
    await pool.execute(
        "INSERT INTO lost_topic VALUES ('ongoza.users', 'shorter', now() - interval '8 days')"
    )
    assert (await ask(pool))[1].status == "ok"
