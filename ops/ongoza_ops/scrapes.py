"""Answers Prometheus: in the processes of one server, or on a port of a process's own."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ongoza_ops.metrics import DEFINITIONS, Process

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)


class OwnMetrics(Collector):
    """What the processes of one server counted together, without the metrics of other processes,
    which every process imports."""

    def __init__(self, process: Process, folder: str) -> None:
        self._names = {one.name for one in DEFINITIONS if process in one.processes}
        self._all: Any = MultiProcessCollector(None, folder)  # type: ignore[no-untyped-call]

    def collect(self) -> Iterator[Metric]:
        yield from (one for one in self._all.collect() if one.name in self._names)


def registry_of(process: Process, folder: str = "") -> CollectorRegistry:
    """The metrics of one process, or with `folder` of all processes of a server, which count in
    files of that folder."""
    registry = CollectorRegistry()
    if folder:
        registry.register(OwnMetrics(process, folder))
        return registry
    for one in DEFINITIONS:
        if process in one.processes:
            registry.register(one.collector)
    return registry


def scrape_application(
    process: Process, *, folder: str = "", refresh: Callable[[], None] = lambda: None
) -> "WSGIApplication":
    """Calls `refresh` before each answer, to set what is read and not counted.

    If that fails the answer is 503, so that `up` is 0: an old value would look like a good one.
    """
    answer = make_wsgi_app(registry_of(process, folder))

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            refresh()
        except Exception as error:
            log.warning("metrics cannot be read: %s", type(error).__name__)
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return []
        found: Iterable[bytes] = answer(environ, start_response)
        return found

    return application


def serve(
    process: Process, host: str, port: int, refresh: Callable[[], None] = lambda: None
) -> Callable[[], None]:
    """Answers scrapes on a thread; what it returns ends that, which takes half a second at most.

    Without a port nothing is served. A port that is taken is logged and does not stop the process:
    Prometheus shows it as down.
    """
    if not port:
        return lambda: None
    application = scrape_application(process, refresh=refresh)
    try:
        server = make_server(host, port, application, ThreadingWSGIServer, SilentHandler)
    except OSError as error:
        log.error("no metrics on port %d: %s", port, error.strerror)
        return lambda: None
    # A child must not hold the port when this process has ended, nor take connections from it.
    os.register_at_fork(after_in_child=server.socket.close)
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()

    def close() -> None:
        server.shutdown()
        server.server_close()

    return close


class SilentHandler(WSGIRequestHandler):
    """Logs no requests, because Prometheus sends one every few seconds."""

    def log_message(self, format: str, *args: Any) -> None:
        pass
