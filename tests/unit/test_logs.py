"""Log lines: one for each record, without what people wrote and without values of rows."""

import errno
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import asyncpg
import psycopg
import pytest
from confluent_kafka import KafkaError, KafkaException
from django.db import IntegrityError
from pydantic import BaseModel, ValidationError

from ongoza_contracts.codec import BadRecord
from ongoza_ops import trace
from ongoza_ops.logs import JsonFormatter, TextFormatter, log_traces, request_fields

ROW = "amina@ongoza.example"


def record(message: str, **options: Any) -> logging.LogRecord:
    made = logging.LogRecord("core.x", logging.INFO, __file__, 1, message, (), None)
    for name, value in options.items():
        setattr(made, name, value)
    return made


def line(message: str, **options: Any) -> dict[str, Any]:
    text = JsonFormatter().format(record(message, **options))
    assert "\n" not in text
    return dict(json.loads(text))


def failed(error: BaseException) -> dict[str, Any]:
    try:
        raise error
    except BaseException:
        return line("a batch failed", exc_info=sys.exc_info())


def unique_violation() -> asyncpg.PostgresError:
    error = asyncpg.UniqueViolationError("duplicate key value violates unique constraint")
    error.detail = f"Key (email)=({ROW}) already exists."
    return error


def bad_cast() -> asyncpg.PostgresError:
    return asyncpg.InvalidTextRepresentationError(f'invalid input syntax: "{ROW}"')


def of_django() -> IntegrityError:
    error = IntegrityError(f"Key (email)=({ROW}) already exists.")
    error.__cause__ = psycopg.errors.UniqueViolation(ROW)
    return error


def test_what_a_call_gives_becomes_fields() -> None:
    shown = line("request", fields={"status": 200})
    assert (shown["event"], shown["status"], shown["level"]) == ("request", 200, "info")


def test_a_forged_line_break_stays_inside_the_message() -> None:
    assert line("a\nb")["event"] == "a\nb"


@pytest.mark.parametrize("text", ["caf\udce9", b"caf\xe9"], ids=["surrogate", "bytes"])
def test_text_that_is_not_unicode_does_not_lose_the_line(text: str | bytes) -> None:
    shown = line("unknown variable", fields={"name": text, "status": 200})
    assert (shown["event"], shown["status"]) == ("unknown variable", 200)


@pytest.mark.parametrize("make", [unique_violation, bad_cast, of_django])
def test_a_database_error_is_shown_as_its_sqlstate(make: Callable[[], Exception]) -> None:
    error = make()
    shown = failed(error)["exception"][0]
    assert shown["type"] == type(error).__qualname__
    assert shown["message"] in ("SQLSTATE 23505", "SQLSTATE 22P02")
    assert ROW not in json.dumps(shown)


def test_so_is_a_database_error_behind_another_or_in_a_group() -> None:
    group = ExceptionGroup("tasks", [bad_cast(), RuntimeError("plain")])
    group.__cause__ = unique_violation()
    shown = failed(group)["exception"]
    assert ROW not in json.dumps(shown)
    assert [one["type"] for one in shown] == [
        "ExceptionGroup",
        "InvalidTextRepresentationError",
        "RuntimeError",
        "UniqueViolationError",
    ]
    assert shown[2]["message"] == ""


def test_of_invalid_data_the_wrong_fields_are_shown_without_their_values() -> None:
    class Learner(BaseModel):
        age: int

    with pytest.raises(ValidationError) as refused:
        Learner.model_validate({"age": ROW})
    shown = failed(refused.value)["exception"][0]
    assert shown["message"] == "age: int_parsing"
    assert ROW not in json.dumps(shown)


def test_causes_that_form_a_circle_end() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__context__, second.__context__ = second, first
    assert len(failed(first)["exception"]) <= 5


def test_lines_of_a_request_have_its_id_and_its_trace() -> None:
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    trace.begin("Req_42.abc-1", parent)
    try:
        shown = line("applied")
    finally:
        trace.end()
    assert (shown["request_id"], shown["trace_id"]) == ("Req_42.abc-1", "a" * 32)
    assert not {"request_id", "trace_id"} & line("applied").keys()


def test_a_terminal_gets_text_with_the_same_fields() -> None:
    text = TextFormatter().format(record("request", fields={"status": 200}))
    assert text.endswith("info core.x request status=200")
    try:
        raise unique_violation()
    except asyncpg.PostgresError:
        text = TextFormatter().format(record("failed", exc_info=sys.exc_info()))
    assert "  UniqueViolationError: SQLSTATE 23505\n    " in text
    assert ROW not in text


def test_the_line_of_a_request_names_its_user_by_id_alone() -> None:
    given: dict[str, Any] = {"method": "GET", "route": "/api", "status": 200, "seconds": 0.0123}
    assert request_fields(**given) == {
        **{"method": "GET", "route": "/api", "status": 200, "milliseconds": 12.3},
    }
    trace.set_actor("user:7")
    try:
        found = request_fields(**given, source="precomputed")
    finally:
        trace.end()
    assert (found["user_id"], found["source"]) == (7, "precomputed")


def test_the_text_of_other_errors_is_left_out_and_that_of_ours_is_shown() -> None:
    with pytest.raises(ValueError, match=ROW) as bad:
        int(ROW)
    shown = failed(bad.value)["exception"][0]
    assert ROW not in json.dumps(shown)
    assert (shown["type"], shown["message"]) == ("ValueError", "")
    assert "test_logs.py" in shown["frames"][0]
    assert failed(BadRecord("no_key", "the key is missing"))["exception"][0]["message"]
    full = failed(OSError(errno.ENOSPC, ROW))["exception"][0]
    assert full["message"] == "No space left on device"
    refused = KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED, ROW))
    assert failed(refused)["exception"][0]["message"] == "TOPIC_AUTHORIZATION_FAILED"


def lines_of(caplog: pytest.LogCaptureFixture, traceparents: list[str | None]) -> list[Any]:
    caplog.clear()
    caplog.set_level(logging.INFO)
    log_traces(logging.getLogger("core.x"), "applied", {"records": 7}, traceparents)
    [made] = caplog.records
    return [json.loads(one) for one in JsonFormatter().format(made).splitlines()]


def test_each_trace_of_several_records_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    one, other = (f"00-{digit * 32}-{'b' * 16}-01" for digit in "ac")
    [shown] = lines_of(caplog, [one, None, other, one])
    assert (shown["event"], shown["records"]) == ("applied", 7)
    assert shown["trace_ids"] == ["a" * 32, "c" * 32]
    [without] = lines_of(caplog, [None])
    assert without["trace_ids"] == []


def test_many_traces_are_named_in_several_lines(caplog: pytest.LogCaptureFixture) -> None:
    ids = [f"{number:032x}" for number in range(1, 121)]
    shown = lines_of(caplog, [f"00-{one}-{'b' * 16}-01" for one in ids])
    assert [len(one["trace_ids"]) for one in shown] == [50, 50, 20]
    assert [one for part in shown for one in part["trace_ids"]] == ids
    assert {(one["event"], one["records"]) for one in shown} == {("applied", 7)}


UNCAUGHT = """
import logging.config, threading, warnings
from ongoza_ops.logs import configuration, log_uncaught

logging.config.dictConfig(configuration())
log_uncaught()
warnings.warn("old", stacklevel=1)
thread = threading.Thread(target=int, args=["amina@ongoza.example"])
thread.start()
thread.join()
int("amina@ongoza.example")
"""


def test_warnings_and_what_ends_a_process_or_a_thread_are_lines() -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", UNCAUGHT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    warned, in_thread, at_the_end = map(json.loads, done.stderr.splitlines())
    assert (warned["level"], "old" in warned["event"]) == ("warning", True)
    for line in (in_thread, at_the_end):
        assert (line["level"], line["exception"][0]["type"]) == ("critical", "ValueError")
    assert ROW not in done.stderr
