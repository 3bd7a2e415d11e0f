"""How core's HTTP server answers what never reaches Django."""

import json
import logging
import socket

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.errors import (
    ConfigurationProblem,
    InvalidRequestMethod,
    InvalidResponseHeader,
    LimitRequestHeaders,
)

from core.kit.worker import BufferingWorker


@pytest.mark.parametrize(
    ("error", "status", "code", "level"),
    [
        (InvalidRequestMethod("<b>"), 400, "malformed_request", "WARNING"),
        (LimitRequestHeaders("<b>"), 431, "headers_too_large", "WARNING"),
        (ConfigurationProblem("<b>"), 500, "internal_error", "ERROR"),
        (InvalidResponseHeader("<b>"), 500, "internal_error", "ERROR"),
        (ValueError("<b>"), 500, "internal_error", "ERROR"),
    ],
)
def test_errors_before_django_are_answered_in_json_and_logged(
    error: Exception, status: int, code: str, level: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = Config()
    worker = BufferingWorker(1, 1, [], None, 30, config, Logger(config))
    worker.log.error_log = logging.getLogger("core.test")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker.handle_error(None, ours, ("127.0.0.1", 5), error)
        head, _, body = theirs.recv(65536).partition(b"\r\n\r\n")
    worker.tmp.close()
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    answer = json.loads(body)
    assert (answer["code"], answer["errors"]) == (code, [])
    assert "<b>" not in body.decode()
    assert [record.levelname for record in caplog.records] == [level]
