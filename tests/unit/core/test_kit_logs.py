"""Core's log lines name routes, because paths may hold tokens."""

import logging

from django.test import RequestFactory
from django.urls import resolve

from core.kit.logs import RouteForPath


def shown(message: str, **options: object) -> str:
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, message, (), None)
    for name, value in options.items():
        setattr(record, name, value)
    assert RouteForPath().filter(record)
    return record.getMessage()


def test_a_failed_request_is_named_by_its_route() -> None:
    path = "/api/v1/invitations/a-secret-token/accept/"
    request = RequestFactory().post(path)
    request.resolver_match = resolve(path)
    line = shown(f"Service Unavailable: {path}", request=request)
    assert line == f"Service Unavailable: {request.resolver_match.route}"


def test_a_failed_request_without_a_route_is_named_without_its_path() -> None:
    request = RequestFactory().get("/a-secret-token")
    assert shown("Not Found: /a-secret-token", request=request) == "Not Found: no route"


def test_a_line_about_no_request_stays() -> None:
    assert shown("100 % done") == "100 % done"
