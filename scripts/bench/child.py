"""Runs `python -m scripts.bench.child MODULE FUNCTION`, with arguments and result as JSON.

Imports little, because the start of a process is itself measured.
"""

import json
import sys
from importlib import import_module

if __name__ == "__main__":
    result = getattr(import_module(sys.argv[1]), sys.argv[2])(*json.load(sys.stdin))
    if hasattr(result, "__await__"):
        import asyncio

        result = asyncio.run(result)
    print(json.dumps(result))
