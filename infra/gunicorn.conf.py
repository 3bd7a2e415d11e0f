"""How core is served, here and in the container. Gunicorn reads the names below."""

import multiprocessing
import os
from pathlib import Path

from core.kit.worker import BufferingWorker

bind = f"{os.environ.get('CORE_HOST', '127.0.0.1')}:{os.environ.get('CORE_PORT', '8000')}"
BufferingWorker.connections_per_address = int(os.environ.get("CONNECTIONS_PER_ADDRESS", "256"))
worker_class = BufferingWorker
workers = int(os.environ.get("WEB_CONCURRENCY", min(multiprocessing.cpu_count(), 4)))
threads = 8
preload_app = True  # one import for all workers; nothing opens a connection before the fork

timeout = 30
graceful_timeout = 10  # less than the supervisor waits before it kills
keepalive = 30  # longer than nginx keeps an idle connection to us

# The worker limits the head of a request as a whole (`core.kit.incoming`).
limit_request_line = 0
limit_request_field_size = 16 * 1024
limit_request_fields = 64

accesslog = (
    None  # core writes its own, without the paths and queries that may contain personal data
)
control_socket_disable = True  # it would be one socket for every stack of this account
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
