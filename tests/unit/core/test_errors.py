"""Every exception a view can raise, and the body it becomes."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.http import Http404
from psycopg import errors as psycopg
from rest_framework import exceptions

from core.kit.errors import BadParameter, Conflict, DomainError, NotFound, exception_handler
from ongoza_contracts.http.errors import Problem
from ongoza_ops import trace


def answer(error: Exception) -> tuple[int, Problem, dict[str, str]]:
    trace.begin("the-request")
    try:
        response = exception_handler(error, {})
    finally:
        trace.end()
    assert response is not None
    body = Problem.model_validate(response.data)
    assert body.request_id == "the-request"
    return response.status_code, body, dict(response.headers)


class SubmissionClosed(DomainError):
    status = 409
    code = "submission_closed"
    detail = "This submission is closed."


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (SubmissionClosed(), 409, "submission_closed"),
        (BadParameter("page is invalid."), 400, "bad_parameter"),
        (NotFound(), 404, "not_found"),
        (Http404(), 404, "not_found"),
        (Conflict(), 409, "conflict"),
        (PermissionDenied(), 403, "forbidden"),
        (exceptions.PermissionDenied(), 403, "forbidden"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.AuthenticationFailed(), 401, "not_authenticated"),
        (exceptions.ParseError(), 400, "malformed_json"),
        (exceptions.MethodNotAllowed("TRACE"), 405, "method_not_allowed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (exceptions.UnsupportedMediaType("text/xml"), 415, "unsupported_media_type"),
        (RequestDataTooBig(), 413, "payload_too_large"),
        (OperationalError(), 503, "unavailable"),
        (InterfaceError(), 503, "unavailable"),
    ],
)
def test_an_expected_exception_has_its_status_and_code(
    error: Exception, status: int, code: str
) -> None:
    found, body, _ = answer(error)
    assert (found, body.code, body.errors) == (status, code, ())
    assert body.detail


def test_a_refused_domain_rule_says_its_own_sentence() -> None:
    assert answer(SubmissionClosed())[1].detail == "This submission is closed."
    assert answer(SubmissionClosed("Closed on Monday."))[1].detail == "Closed on Monday."


def test_a_throttled_request_says_when_to_come_back() -> None:
    status, body, headers = answer(exceptions.Throttled(wait=12.3))
    assert (status, body.code, headers["Retry-After"]) == (429, "throttled", "13")


def test_an_unauthenticated_request_says_how_to_authenticate() -> None:
    assert answer(exceptions.NotAuthenticated())[2]["WWW-Authenticate"] == "Bearer"


def test_a_database_that_is_down_says_to_try_again() -> None:
    assert answer(OperationalError())[2]["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("cause", "expected"),
    [(psycopg.ReadOnlySqlTransaction(), (503, "unavailable")), (psycopg.DataCorrupted(), None)],
)
def test_only_a_standby_among_internal_errors_may_work_again(
    cause: Exception, expected: tuple[int, str] | None
) -> None:
    error = InternalError("never shown")
    error.__cause__ = cause
    response = exception_handler(error, {})
    assert (response and (response.status_code, response.data["code"])) == expected


def caused(cause: Exception) -> IntegrityError:
    error = IntegrityError("never shown")
    error.__cause__ = cause
    return error


def test_a_lost_race_asks_for_a_repetition() -> None:
    for cause in (psycopg.UniqueViolation(), psycopg.ForeignKeyViolation()):
        status, body, _ = answer(caused(cause))
        assert (status, body.code) == (409, "busy")


@pytest.mark.parametrize("error", [ValueError("x"), caused(psycopg.NotNullViolation())])
def test_our_own_mistakes_are_left_to_django(error: Exception) -> None:
    assert exception_handler(error, {}) is None


def refused(detail: Any) -> Problem:
    status, body, _ = answer(exceptions.ValidationError(detail))
    assert status == 400
    return body


def detail(code: str) -> list[exceptions.ErrorDetail]:
    return [exceptions.ErrorDetail("A sentence.", code)]


def test_validation_lists_each_field_once_per_fault() -> None:
    body = refused({"email": detail("required"), "track": detail("invalid_choice")})
    assert body.code == "invalid"
    assert [(error.field, error.code) for error in body.errors] == [
        ("email", "required"),
        ("track", "unknown_value"),
    ]


@pytest.mark.parametrize("code", ["unknown_field", "read_only"])
def test_an_unknown_or_read_only_field_decides_the_code(code: str) -> None:
    assert refused({"a": detail("required"), "b": detail(code)}).code == code


def test_nested_faults_are_addressed_with_dots() -> None:
    body = refused({"answers": [{}, {"option_id": detail("required")}], "a": {"b": detail("null")}})
    assert [(error.field, error.code) for error in body.errors] == [
        ("answers.1.option_id", "required"),
        ("a.b", "wrong_type"),
    ]


def test_a_fault_of_the_whole_body_has_an_empty_field() -> None:
    body = refused({"non_field_errors": detail("invalid")})
    assert [error.field for error in body.errors] == [""]
    assert "the body" in body.detail
