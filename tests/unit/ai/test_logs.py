"""ai's log lines hold no value of a row."""

import io
import logging

import asyncpg
import pytest

from ai.kit.logs import Formatter

ROW = "amina@ongoza.example"


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(stream: io.StringIO) -> logging.Logger:
    log = logging.Logger("test")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Formatter("%(message)s"))
    log.addHandler(handler)
    return log


def unique_violation() -> asyncpg.PostgresError:
    error = asyncpg.UniqueViolationError("duplicate key value violates unique constraint")
    error.detail = f"Key (email)=({ROW}) already exists."
    return error


def bad_cast() -> asyncpg.PostgresError:
    return asyncpg.InvalidTextRepresentationError(f'invalid input syntax: "{ROW}"')


@pytest.mark.parametrize("error", [unique_violation(), bad_cast()], ids=["detail", "message"])
def test_a_database_error_is_logged_by_its_sqlstate(
    error: asyncpg.PostgresError, log: logging.Logger, stream: io.StringIO
) -> None:
    try:
        raise error
    except asyncpg.PostgresError:
        log.exception("a batch failed")

    assert ROW not in stream.getvalue()
    assert f"{type(error).__name__}: SQLSTATE {error.sqlstate}" in stream.getvalue()


def test_so_is_a_database_error_behind_another_or_in_a_group(
    log: logging.Logger, stream: io.StringIO
) -> None:
    try:
        try:
            raise unique_violation()
        except asyncpg.PostgresError as error:
            raise ExceptionGroup("tasks", [bad_cast(), RuntimeError("plain")]) from error
    except ExceptionGroup:
        log.exception("a batch failed")

    assert ROW not in stream.getvalue()
    assert "RuntimeError: plain" in stream.getvalue()
