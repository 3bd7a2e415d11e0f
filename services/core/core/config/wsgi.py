"""The WSGI application: `gunicorn core.config.wsgi`."""

import os
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from core.kit.bodies import buffer_chunked_bodies
from ongoza_ops.garbage import no_collections
from ongoza_ops.logs import log_uncaught
from ongoza_ops.metrics import Process
from ongoza_ops.scrapes import scrape_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.config.settings")


def answer_scrapes(api: Any, port: int, folder: str) -> Any:
    """Answers with the metrics of all workers what came to `port`, which is not the public one."""
    scrapes = scrape_application(Process.CORE, folder=folder)

    def application(environ: Any, start_response: Any) -> Any:
        if environ["SERVER_PORT"] == str(port):
            return scrapes(environ, start_response)
        return api(environ, start_response)

    return application


log_uncaught()
with no_collections():
    application: Any = buffer_chunked_bodies(get_wsgi_application())
    # Every view now, not with the first request of each worker.
    import_module(settings.ROOT_URLCONF)
if settings.METRICS_PORT and "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # set by gunicorn.conf.py
    application = answer_scrapes(
        application, settings.METRICS_PORT, os.environ["PROMETHEUS_MULTIPROC_DIR"]
    )
