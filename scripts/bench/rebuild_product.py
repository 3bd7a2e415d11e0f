"""A whole rebuild, compared with the generation before and switched. Says {"seconds": n, ...}."""

import asyncio
import json
import time
from dataclasses import asdict

from ai.kit.settings import Settings
from ai.rebuild.command import tools
from ai.rebuild.rebuild import Options, rebuild


async def main() -> None:
    async with tools(Settings(), None) as given:
        began = time.perf_counter()
        outcome = await rebuild(given, Options())
        seconds = time.perf_counter() - began
    said = {"seconds": seconds, "embedded": outcome.embedded, "cached": outcome.cached}
    print(json.dumps({**said, "switched": outcome.switched and asdict(outcome.switched)}))


if __name__ == "__main__":
    asyncio.run(main())
