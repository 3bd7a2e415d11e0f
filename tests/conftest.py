"""Fixtures: real servers, started once and only when a test needs them."""

import gc
import os
import shutil
import time
from collections.abc import AsyncIterator, Generator
from typing import Any

import asyncpg
import pytest
from django.test import TransactionTestCase

from ai.kit.db import open_pool
from ai.kit.settings import Settings
from ai.projections.apply import Applier
from ai.projections.status import heartbeat
from scripts.stack.services import SERVICES
from scripts.stack.stack import Stack
from tests import kafka_container
from tests.empty_tables import empty_core, empty_generation
from tests.groups import GroupScheduling, group, turn
from tests.integration.story import eventually
from tests.migrated import RELATIONAL, MigratedPostgres
from tests.servers import SERVERS, WHOLE_STACK, start_whole_stack
from tests.small_disks import stack_on_small_disks

REAL_BROKER = {
    *("kafka_bootstrap", "whole_stack", "stack_to_break"),
    *("pair", "secured", "cluster"),
}
_on_the_broker: list[str] = []
_began = time.monotonic()
SLOW_TESTS_SECONDS = float(os.environ.get("SLOW_TESTS_SECONDS", "inf"))
"""After so many seconds no slow test begins."""
NO_TIME = f"the tests had taken {SLOW_TESTS_SECONDS:.0f} seconds"
GROUPS_OF_FIXTURE = {"whole_stack": ("stack", "web"), "stack_to_break": ("broken",)}


def pytest_configure(config: pytest.Config) -> None:
    """Tests that commit delete their rows; Django's flush truncates every table."""
    TransactionTestCase._fixture_teardown = empty_core  # type: ignore[attr-defined]
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(FailuresAtOnce(config), "failures-at-once")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Continuous integration stops a run that takes too long, and then says nothing of any test."""
    if _began + SLOW_TESTS_SECONDS < time.monotonic() and item.get_closest_marker("slow"):
        pytest.skip(NO_TIME)


class FailuresAtOnce:
    """Print a failure when it happens: a run that is cut off has no summary."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal:
            terminal.write_line(f"\n{report.nodeid} failed in {report.when}")
            terminal.write_line(report.longreprtext[-4000:])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed and "kafka" in report.keywords:
        _on_the_broker.append(report.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark tests by what they run on before `-m` selects, and start with those whose
    servers take longest to start: after pytest-django has sorted them its own way."""
    for item in items:
        _mark(item)
    yield
    items.sort(key=lambda item: turn(item.nodeid))


def pytest_collection_finish() -> None:
    """What lives until the end, above all thousands of tests, is not searched for garbage. The
    rest is searched seldom: that took a tenth of the processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _mark(item: pytest.Item) -> None:
    fixtures = set(getattr(item, "fixturenames", ()))
    if fixtures & REAL_BROKER:
        item.add_marker("kafka")
    if fixtures & {*REAL_BROKER, "vector_pool", "db", "transactional_db"}:
        item.add_marker("postgres")
    for name in fixtures & GROUPS_OF_FIXTURE.keys():
        item.add_marker("slow")
        if group(item.nodeid) not in GROUPS_OF_FIXTURE[name]:
            raise pytest.UsageError(
                f"{item.nodeid} uses `{name}`: its file has to be in one of the groups"
                f" {', '.join(GROUPS_OF_FIXTURE[name])} of tests/groups.py (web: in tests/web)"
            )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    return GroupScheduling(config, log)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped", ())
    late = [report for report in skipped if NO_TIME in report.longreprtext]
    if late:
        terminalreporter.write_line(f"{len(late)} slow tests were left out: {NO_TIME}")
    if left_out := sum("web" in report.keywords for report in skipped if report not in late):
        terminalreporter.write_line(f"{left_out} tests in a browser were left out: no Chromium")
    if _on_the_broker:
        terminalreporter.write_line(f"{len(_on_the_broker)} tests ran on the real Kafka broker")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """Stop the whole stack after the last test that needs it: idle servers slow down the others."""
    yield
    if nextitem is None or group(nextitem.nodeid) != group(item.nodeid):
        WHOLE_STACK.close()


def pytest_unconfigure() -> None:
    WHOLE_STACK.close()
    SERVERS.down()
    shutil.rmtree(SERVERS.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """pytest-django's hook before it makes its database, which is there with all its tables."""
    SERVERS.run(RELATIONAL)
    server = SERVERS.servers[RELATIONAL]
    assert isinstance(server, MigratedPostgres)
    server.copy_database(f"test_{server.database}")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """pytest-django applies what is missing to the database that is there."""
    return True


@pytest.fixture(scope="session")
def kafka_bootstrap() -> str:
    """The address of a broker that has the catalogue's topics."""
    if kafka_container.WANTED and (reason := kafka_container.reason_against()):
        pytest.skip(reason)
    SERVERS.run("kafka")
    SERVERS.run("topics")
    return SERVERS.environment["KAFKA_BOOTSTRAP_SERVERS"]


@pytest.fixture(scope="session")
def _vector_database() -> None:
    SERVERS.run("postgres-vector")
    SERVERS.run("migrate-ai")


@pytest.fixture
def ai_settings(_vector_database: None) -> Settings:
    """ai's settings on the test run's vector database."""
    os.environ.update(SERVERS.environment)
    return Settings()


@pytest.fixture
async def vector_pool(ai_settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    """A pool as ai's writers use it, on a database whose tables are all empty."""
    pool = await open_pool(ai_settings, search_path="g1, public")
    await empty_generation(pool)
    yield pool
    await pool.close()


@pytest.fixture
async def applier(vector_pool: asyncpg.Pool) -> Applier:
    await heartbeat(vector_pool, "test", "g1")
    return Applier(vector_pool, "g1", "test")


@pytest.fixture(scope="session")
def whole_stack() -> tuple[Stack, dict[str, int]]:
    """That of the group `stack`; `tests/web` has one of its own."""
    return start_whole_stack("stack")


@pytest.fixture
def stack(whole_stack: tuple[Stack, dict[str, int]]) -> Stack:
    """Everything running in processes of its own; what an earlier test killed is started again."""
    stack, _ = whole_stack
    for service in SERVICES:
        if service.ready != "exit" and not stack.register.alive(service.name):
            stack.run(service.name)
    eventually(lambda: stack.healthy("relay"))
    return stack


@pytest.fixture
def served_at_first(whole_stack: tuple[Stack, dict[str, int]]) -> dict[str, int]:
    """How much of what was seeded ai served as soon as `up` had returned."""
    return whole_stack[1]


@pytest.fixture(scope="session")
def stack_to_break() -> Stack:
    """For the tests of the group `broken`, which take away its topics, data and disks."""
    return WHOLE_STACK.enter_context(stack_on_small_disks())
