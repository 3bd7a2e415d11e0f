"""Places where a test may have the process die, as it could at any moment.

`ONGOZA_FAILPOINT=worker.mid_batch` kills with SIGKILL at that place; unset, a failpoint costs a
comparison.
"""

import os
import signal

_CHOSEN = os.environ.get("ONGOZA_FAILPOINT")


def failpoint(name: str) -> None:
    if name == _CHOSEN:
        os.kill(os.getpid(), signal.SIGKILL)
