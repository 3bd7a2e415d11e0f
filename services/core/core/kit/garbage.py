"""How often Python looks for garbage."""

import gc

NEW_OBJECTS = 20_000


def collect_less_often() -> None:
    """For a process that handles many rows at once, when all its modules are imported.

    Each collection looks at all of them, and one comes every 700 new objects, of which a batch has
    tens of thousands that live until it is done.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
