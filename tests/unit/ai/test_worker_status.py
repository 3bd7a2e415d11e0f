"""The rows in which workers report."""

import asyncpg

from ai.projections.status import heartbeat, register

NAMES = "SELECT worker FROM worker_status ORDER BY worker"
SILENT = """
UPDATE worker_status SET heartbeat_at = now() - interval '2 minutes' WHERE worker = ANY($1)
"""


async def names(pool: asyncpg.Pool) -> list[str]:
    return [name for (name,) in await pool.fetch(NAMES)]


async def test_restarts_leave_no_rows_behind(vector_pool: asyncpg.Pool) -> None:
    for start in range(20):
        await register(vector_pool, f"host-{start}", "g1")
        await vector_pool.execute(SILENT, [f"host-{start}"])
    await register(vector_pool, "host-last", "g1")
    assert await names(vector_pool) == ["host-last"]


async def test_a_start_keeps_the_rows_of_workers_that_run_and_of_the_rebuild(
    vector_pool: asyncpg.Pool,
) -> None:
    await register(vector_pool, "running", "g1")
    await register(vector_pool, "rebuild-g2", "g2")
    await vector_pool.execute(SILENT, ["rebuild-g2"])  # embedding, it reports nothing
    await register(vector_pool, "started", "g1")
    assert await names(vector_pool) == ["rebuild-g2", "running", "started"]
    await register(vector_pool, "rebuild-g3", "g3")
    assert await names(vector_pool) == ["rebuild-g3", "running", "started"]


async def test_a_worker_that_was_suspended_reports_again(vector_pool: asyncpg.Pool) -> None:
    await register(vector_pool, "suspended", "g1")
    await vector_pool.execute(SILENT, ["suspended"])
    await register(vector_pool, "started", "g1")
    await heartbeat(vector_pool, "suspended", "g1")
    assert await names(vector_pool) == ["started", "suspended"]
