"""Log lines: JSON, one line, nothing that people wrote."""

import json
import logging
import sys
from typing import Any

from django.db import IntegrityError
from django.test import RequestFactory
from django.urls import resolve

from core.kit.logs import JsonFormatter


def line(message: str, **options: Any) -> dict[str, Any]:
    record = logging.LogRecord("core.x", logging.INFO, __file__, 1, message, (), None)
    for name, value in options.items():
        setattr(record, name, value)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    return dict(json.loads(text))


def test_facts_become_fields() -> None:
    shown = line("request", facts={"status": 200})
    assert (shown["message"], shown["status"], shown["level"]) == ("request", 200, "info")


def test_a_forged_line_break_stays_inside_the_message() -> None:
    assert line("a\nb")["message"] == "a\nb"


def test_a_database_error_is_told_without_its_message() -> None:
    try:
        raise IntegrityError("Key (email)=(ann@example.org) already exists.")
    except IntegrityError:
        shown = line("failed", exc_info=sys.exc_info())
    assert shown["exception"][0]["type"] == "IntegrityError"
    assert "ann@example.org" not in json.dumps(shown)


def test_a_failed_request_is_told_by_its_route_because_its_path_may_hold_a_token() -> None:
    path = "/api/v1/invitations/a-secret-token/accept/"
    request = RequestFactory().post(path)
    request.resolver_match = resolve(path)
    shown = line(f"Service Unavailable: {path}", request=request)
    assert shown["message"] == f"Service Unavailable: {request.resolver_match.route}"
    assert "a-secret-token" not in json.dumps(shown)


def test_a_failed_request_without_a_route_is_told_without_its_path() -> None:
    request = RequestFactory().get("/a-secret-token")
    assert line("Not Found: /a-secret-token", request=request)["message"] == "Not Found: no route"
