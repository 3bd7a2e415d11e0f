"""The servers this test run stands on: its own, on free ports, in a temporary folder.

Started when the first test asks for them, stopped when the run ends.
"""

import tempfile
from pathlib import Path

from scripts.embedded.ports import Ports
from scripts.stack.stack import Stack


def new_stack(name: str) -> Stack:
    """A stack that shares nothing with any other, `make up`'s included."""
    folder = Path(tempfile.mkdtemp(prefix=f"ongoza-{name}-"))
    return Stack(folder, Ports.free(), durable=False, extra_environment={"THROTTLE": "off"})


SERVERS = new_stack("tests")
