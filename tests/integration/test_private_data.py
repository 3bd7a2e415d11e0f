"""Logs hold no value of a row, and no other account reads data, logs or passwords."""

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from scripts.embedded.private import PRIVATE_UMASK
from scripts.stack.services import BY_NAME
from scripts.stack.stack import Stack
from tests.integration.story import eventually
from tests.servers import new_stack

NAME = "postgres-relational"
SECRET = "amina@x.io"
TABLES = """
CREATE TABLE person (
    id integer PRIMARY KEY, email text NOT NULL UNIQUE, short varchar(5),
    age integer CHECK (age > 0)
);
CREATE TABLE post (author integer NOT NULL REFERENCES person);
INSERT INTO person VALUES (1, 'amina@x.io'), (2, 'second-amina@x.io');
"""
LOCK = "UPDATE person SET short = 'x' WHERE id = %s AND email <> 'not amina@x.io'"
VALUES = (  # statements with an address in their text or their row, by the SQLSTATE they raise
    ("23505", "INSERT INTO person VALUES (3, 'amina@x.io')"),
    ("23514", "INSERT INTO person VALUES (3, 'new amina@x.io', 'x', -1)"),
    ("23502", "INSERT INTO person (id, short) VALUES (NULL, left('amina@x.io', 5))"),
    ("23503", "WITH p AS (SELECT 'amina@x.io') INSERT INTO post SELECT 99 FROM p"),
    ("22P02", "SELECT 'amina@x.io'::integer"),
    ("22007", "SELECT 'amina@x.io'::timestamptz"),
    ("22P02", "SELECT 'amina@x.io'::jsonb"),
    ("22001", "INSERT INTO person VALUES (3, 'new amina@x.io', 'amina@x.io')"),
    ("22012", "SELECT 1 / 0 FROM person WHERE email = 'amina@x.io'"),
    ("42601", "SELEKT 'amina@x.io'"),
    ("42P01", 'SELECT * FROM "amina@x.io"'),
    ("42883", "SELECT no_such_function('amina@x.io')"),
    ("P0001", "DO $$ BEGIN RAISE EXCEPTION 'amina@x.io'; END $$"),
    ("57014", "SET statement_timeout = 50; SELECT pg_sleep(5), 'amina@x.io'"),
)


@pytest.fixture(scope="module")
def database() -> Iterator[Stack]:
    stack = new_stack("private")
    try:
        stack.up((BY_NAME[NAME],))
        with connect(stack) as connection:
            connection.execute(TABLES)
        yield stack
    finally:
        stack.down()
        shutil.rmtree(stack.folder, ignore_errors=True)


def connect(database: Stack) -> psycopg.Connection:
    url = database.servers[NAME].url()  # type: ignore[union-attr]
    return psycopg.connect(url, autocommit=True)


def logged(database: Stack) -> str:
    return database.log(NAME).read_text(errors="replace")


@pytest.mark.parametrize(("state", "statement"), VALUES)
def test_a_failed_statement_leaves_no_value_in_the_log(
    database: Stack, state: str, statement: str
) -> None:
    with connect(database) as connection, pytest.raises(psycopg.Error) as failure:
        connection.execute(statement)

    assert failure.value.sqlstate == state
    assert "amina" not in logged(database)


def test_a_failed_statement_with_parameters_leaves_none_of_them_in_the_log(database: Stack) -> None:
    with connect(database) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO person VALUES (%s, %s)", [3, SECRET], prepare=True)

    assert "amina" not in logged(database)


def test_a_failed_copy_leaves_no_line_of_it_in_the_log(database: Stack) -> None:
    with (
        connect(database) as connection,
        pytest.raises(psycopg.errors.InvalidTextRepresentation),
        connection.cursor().copy("COPY person FROM STDIN") as copy,
    ):
        copy.write("amina@x.io\tamina@x.io\n")

    assert "amina" not in logged(database)


def test_a_warning_raised_in_the_database_is_not_in_the_log(database: Stack) -> None:
    with connect(database) as connection:
        connection.execute("DO $$ BEGIN RAISE WARNING 'amina@x.io'; END $$")

    assert "amina" not in logged(database)


def test_a_lock_that_is_not_given_in_time_leaves_no_value_in_the_log(database: Stack) -> None:
    with connect(database) as holder, connect(database) as waiter, holder.transaction():
        holder.execute("UPDATE person SET short = 'x' WHERE id = 1")
        waiter.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            waiter.execute("UPDATE person SET short = 'y' WHERE email = 'amina@x.io'")

    assert "amina" not in logged(database)


def test_a_deadlock_leaves_no_value_in_the_log(database: Stack) -> None:
    both_hold_one = threading.Barrier(2)
    failures: list[str | None] = []

    def lock(first: int, second: int) -> None:
        try:
            with connect(database) as connection, connection.transaction():
                connection.execute(LOCK, [first])
                both_hold_one.wait()
                connection.execute(LOCK, [second])
        except psycopg.Error as error:
            failures.append(error.sqlstate)

    threads = [threading.Thread(target=lock, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == ["40P01"]
    assert "amina" not in logged(database)


@pytest.mark.parametrize("end", ["terminated", "killed"])
def test_a_connection_that_ends_in_a_statement_leaves_it_out_of_the_log(
    database: Stack, end: str
) -> None:
    """A killed backend's statement is in the server's report of the crash by default."""
    with connect(database) as connection:
        pid = connection.info.backend_pid
        ends = {
            "terminated": lambda: _terminate(database, pid),
            "killed": lambda: os.kill(pid, signal.SIGKILL),
        }
        threading.Timer(0.5, ends[end]).start()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_sleep(10), 'amina@x.io'")

    eventually(lambda: database.healthy(NAME))
    assert "amina" not in logged(database)
    if end == "killed":
        assert "was terminated by signal 9" in logged(database)


def _terminate(database: Stack, pid: int) -> None:
    with connect(database) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", [pid])


# --- modes -------------------------------------------------------------------------------------
def open_to_others(folder: Path) -> list[str]:
    return [
        f"{path.stat().st_mode & 0o777:o} {path}"
        for path in (folder, *folder.rglob("*"))
        if not path.is_symlink() and path.stat().st_mode & PRIVATE_UMASK
    ]


def test_no_file_of_a_stack_is_open_to_other_accounts(database: Stack) -> None:
    assert {"env", "logs", "run", "data"} <= {path.name for path in database.folder.iterdir()}
    assert open_to_others(database.folder) == []


def test_what_an_earlier_release_left_open_is_closed(database: Stack) -> None:
    database.log(NAME).chmod(0o644)
    (database.folder / "logs").chmod(0o755)

    database.up((BY_NAME[NAME],))

    assert open_to_others(database.folder) == []


@pytest.mark.parametrize("make", [lambda p: p.mkdir(), lambda p: p.touch()])
def test_what_a_process_of_the_stack_creates_is_closed(
    database: Stack, make: Callable[[Path], None], tmp_path: Path
) -> None:
    make(tmp_path / "new")
    assert open_to_others(tmp_path / "new") == []
