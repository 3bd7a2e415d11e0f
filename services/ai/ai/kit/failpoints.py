"""Places where a test can kill the process, as a crash could at any moment.

`ONGOZA_FAILPOINT=worker.mid_batch` kills it with SIGKILL there; without it a failpoint costs one
comparison.
"""

import os
import signal

_CHOSEN = os.environ.get("ONGOZA_FAILPOINT")


def failpoint(name: str) -> None:
    if name == _CHOSEN:
        os.kill(os.getpid(), signal.SIGKILL)
