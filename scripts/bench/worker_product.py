"""From topic to committed rows with the worker's own consumer, subscriber and applier.

What competes for the machine in the real worker is left out here: recomputing lists, embedding and
the heartbeat. Says {"per_second": n}.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ai.kit.broker import Consumer, KafkaConfig, Records
from ai.kit.db import open_pool
from ai.kit.settings import Settings
from ai.projections import status
from ai.projections.apply import Applier
from ai.projections.batch import CONSUMED
from ai.projections.parked import Budget
from ai.projections.positions import load_positions
from ai.projections.subscriber import Subscriber
from scripts.bench.clock import Clock

EMPTY = "TRUNCATE g1.progress, g1.dirty_learner, g1.consumed"


@asynccontextmanager
async def _nothing_else() -> AsyncIterator[None]:
    yield


async def main(count: int, group: str) -> None:
    settings = Settings()
    clock = Clock(count)
    pool = await open_pool(settings, search_path="g1, public")
    await pool.execute(EMPTY)
    await status.heartbeat(pool, group, "g1")
    subscriber = Subscriber(
        Applier(pool, "g1", group),
        Budget(settings.worker_parked_share),
        lists=asyncio.Event(),
        texts=asyncio.Event(),
    )

    async def handle(records: Records) -> None:
        clock.arrived()
        await subscriber.handle(records)
        if clock.committed(len(records)):
            os.kill(os.getpid(), signal.SIGTERM)  # as a worker is stopped

    consumer = Consumer(
        KafkaConfig.of(settings),
        [topic.name for topic in CONSUMED],
        group_id=group,
        positions=lambda: load_positions(pool),
    )
    consumer.deliver_to(handle)
    await consumer.run(_nothing_else)
    found = await pool.fetchval("SELECT count(*) FROM g1.progress")
    await pool.close()
    if found != count:
        sys.exit(f"{found} of {count} rows were written")
    print(json.dumps(clock.result()))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
