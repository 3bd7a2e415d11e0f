"""A whole stack each of whose servers has a small disk of its own, in memory."""

import ctypes
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.stack.stack import Stack
from tests.servers import new_stack, start_with_few_learners

DATABASES = ("postgres-relational", "postgres-vector")
SIZE = "800m"
LIBC = ctypes.CDLL(None)
MNT_DETACH = 2


@contextmanager
def stack_on_small_disks() -> Iterator[Stack]:
    stack = new_stack("disks")
    disks = [stack.servers[name].folder for name in (*DATABASES, "kafka")]
    mounted = [disk for disk in disks if mount(disk)]
    try:
        start_with_few_learners(stack)
        yield stack
    finally:
        stack.down()
        for disk in mounted:
            LIBC.umount2(bytes(disk), MNT_DETACH)
        shutil.rmtree(stack.folder)


def mount(disk: Path) -> bool:
    """By the system call, which asks for a capability: the command asks for the account root."""
    disk.mkdir(parents=True)
    options = f"size={SIZE},mode=0755".encode()
    return bool(LIBC.mount(b"tmpfs", bytes(disk), b"tmpfs", 0, options) == 0)
