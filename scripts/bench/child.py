"""Runs `python -m scripts.bench.child MODULE FUNCTION LOOP`, with arguments and result as JSON.

LOOP is the module that runs a coroutine. Imports little, because the start of a process is itself
measured.
"""

import json
import sys
from importlib import import_module

if __name__ == "__main__":
    module, function, loop = sys.argv[1:]
    result = getattr(import_module(module), function)(*json.load(sys.stdin))
    if hasattr(result, "__await__"):
        result = import_module(loop).run(result)
    print(json.dumps(result))
