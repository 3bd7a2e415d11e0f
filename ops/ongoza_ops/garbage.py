"""How often Python collects garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW_OBJECTS = 20_000


@contextmanager
def no_collections() -> Iterator[None]:
    """For imports: nearly all that they make stays, and searching it took a sixth of a start."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def exclude_present_objects() -> None:
    """Exclude all objects of the imported modules from later collections, which stop every
    thread."""
    gc.collect()
    gc.freeze()


def collect_less_often() -> None:
    """For a process that handles many records at once; call it when its modules are imported.

    A batch makes tens of thousands of objects that live until it is applied, so by default it is
    collected dozens of times in vain.
    """
    exclude_present_objects()
    gc.set_threshold(NEW_OBJECTS)
