"""How core is served, here and in the container. Gunicorn reads the names below."""

import atexit
import ctypes
import gc
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from core.config import env

IN_MEMORY = Path("/dev/shm")  # noqa: S108
METRICS_PORT = env.number("METRICS_PORT", 0)


def delete_counts(folder: Path, master: int) -> None:
    """Workers end with the master's exit handlers too."""
    if os.getpid() == master:
        shutil.rmtree(folder, ignore_errors=True)


def is_alive(process: str) -> bool:
    """Also where there is no /proc."""
    try:
        os.kill(int(process), 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError, ValueError):
        return False
    return True


if METRICS_PORT:
    # The workers count in files of this folder, and each answers Prometheus for all of them. It has
    # the id of this master, because a check of the configuration and the next master (SIGUSR2)
    # execute this file beside a running server. At SIGHUP the master itself executes it again.
    parent = IN_MEMORY if IN_MEMORY.is_dir() else Path(tempfile.gettempdir())
    prefix = f"ongoza-metrics-{os.getuid()}-{METRICS_PORT}-"
    counts = parent / f"{prefix}{os.getpid()}"
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR") != str(counts):
        for left in parent.glob(f"{prefix}*"):
            if left == counts or not is_alive(left.name.removeprefix(prefix)):
                shutil.rmtree(left, ignore_errors=True)  # of a master that was killed
        counts.mkdir(mode=0o700)  # fails where another account made it
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
        atexit.register(delete_counts, counts, os.getpid())

# prometheus_client, which these import, reads the variable when it is imported.
from prometheus_client import multiprocess  # noqa: E402

from core.kit.worker import BufferingWorker  # noqa: E402
from ongoza_ops import tracing  # noqa: E402
from ongoza_ops.logs import configuration  # noqa: E402

bind = [f"{env.text('CORE_HOST', '127.0.0.1')}:{env.number('CORE_PORT', 8000)}"]
if METRICS_PORT:
    bind.append(f"{env.text('METRICS_HOST', '127.0.0.1')}:{METRICS_PORT}")
BufferingWorker.connections_per_address = env.number("CONNECTIONS_PER_ADDRESS", 256)
worker_class = BufferingWorker
workers = env.number("WEB_CONCURRENCY", min(multiprocessing.cpu_count(), 4))
threads = 8
preload_app = True  # one import for all workers; nothing opens a connection before the fork

timeout = 30
graceful_timeout = 10  # less than the supervisor waits before it kills
keepalive = 30  # longer than nginx keeps an idle connection to us

# The worker limits the head of a request as a whole (`core.kit.incoming`).
limit_request_line = 0
limit_request_field_size = 16 * 1024
limit_request_fields = 64

# Core writes its own, without the paths and queries that may contain personal data.
accesslog = None
logconfig_dict = configuration(env.text("LOG_LEVEL", "INFO"))
# Without an entry of its own gunicorn's logger would keep its own handler and format.
logconfig_dict["loggers"]["gunicorn.error"] = {"propagate": True}
control_socket_disable = True  # it would be one socket for every stack of this account
worker_tmp_dir = str(IN_MEMORY) if IN_MEMORY.is_dir() else None

PR_SET_PDEATHSIG = 1


def pre_fork(server: object, worker: object) -> None:
    """What is imported is never searched for garbage, and workers share its memory."""
    gc.freeze()


def post_fork(server: object, worker: Any) -> None:
    """Ends the worker with its master, even one that is killed: else it would hold the port, and
    serve what is kept alive, for `graceful_timeout`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != worker.ppid:  # the master died before that
        os._exit(0)
    tracing.start("core")


def child_exit(server: Any, worker: Any) -> None:
    """The counts of a worker that ended stay, and its gauges go."""
    if METRICS_PORT:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
