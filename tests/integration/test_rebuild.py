"""Rebuilding beside a live generation that a real worker keeps up to date."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

import httpx
import numpy as np
import psycopg
import pytest

from ai.embeddings.encoder import open_encoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.settings import Settings
from ai.kit.vectors import Matrix
from ai.projections.registry import REGISTRY
from ai.rebuild.command import tools
from ai.rebuild.rebuild import Options, Outcome, roll_back
from ai.rebuild.rebuild import rebuild as rebuild_with
from ongoza_contracts.topics import CONTENT, topic_of
from scripts.stack.services import BY_NAME
from scripts.stack.stack import Stack
from tests.facts import completed, erased, feedback, progress, user
from tests.integration.generations import (
    CONSUMED,
    ITEMS,
    LEARNERS,
    applied,
    building,
    caught_up,
    content_of,
    execute,
    history,
    live,
    progress_rows,
    publish,
    rebuild,
    working,
)
from tests.integration.story import eventually, rows
from tests.servers import new_stack
from tests.tokens import claims, token

pytestmark = pytest.mark.slow

SERVICES = ("postgres-vector", "kafka", "migrate-ai", "topics", "ai", "worker")
# Every table with rows of users, but the list of the erased.
WITH_USERS = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = %s AND column_name = 'user_id' AND table_name <> 'erased_learner'
"""


@pytest.fixture(scope="module")
def pair() -> Iterator[Stack]:
    """ai alone, and topics that no core fills but the tests."""
    stack = new_stack("rebuild")
    try:
        stack.up([BY_NAME[name] for name in SERVICES])
        publish(stack, *history())
        eventually(lambda: caught_up(stack))
        yield stack
    finally:
        stack.down()
        shutil.rmtree(stack.folder, ignore_errors=True)


def test_a_rebuilt_generation_is_equal_needs_no_model_and_is_live_at_once(pair: Stack) -> None:
    before = live(pair)
    kept = content_of(pair, before)
    assert [table for table, found in kept.items() if not found] == ["erased_learner"]
    kinds = rows(pair, "vector", "SELECT DISTINCT kind FROM live.entity ORDER BY 1")
    assert [kind for (kind,) in kinds] == sorted(REGISTRY.entity_kinds)
    done = rebuild(pair)
    assert done.returncode == 0, done.stdout + done.stderr
    after = live(pair)
    assert after != before
    assert content_of(pair, after) == kept
    assert f"{ITEMS} vectors from the cache, 0 made by the model" in done.stdout
    assert "no worker is running" not in done.stdout
    # The worker and the readers follow without a restart.
    publish(pair, progress(1, "course-5", 1))
    sql = "SELECT count(*) FROM live.progress WHERE user_id = 1 AND content_id = 'course-5'"
    eventually(lambda: rows(pair, "vector", sql) == [(1,)])
    assert httpx.get(f"{pair.ai_url}/health", timeout=30).json()["status"] == "ok"


def test_a_rebuild_killed_in_each_stage_continues_to_the_same_result(pair: Stack) -> None:
    before = live(pair)
    unfinished = []
    for stage in ("load", "embed", "index", "lists", "switch"):
        assert rebuild(pair, failpoint=f"rebuild.{stage}").returncode == -9, stage
        assert live(pair) == before
        unfinished += building(pair)
    done = rebuild(pair)
    assert done.returncode == 0, done.stdout + done.stderr
    after = live(pair)
    assert unfinished == [after] * 5
    assert building(pair) == []
    assert content_of(pair, after) == content_of(pair, before)


def test_a_generation_that_differs_does_not_go_live_and_the_row_is_shown(pair: Stack) -> None:
    before = live(pair)
    tamper = f"UPDATE {before}.progress SET completion_percentage = 77.5 WHERE user_id = 8"  # noqa: S608
    execute(pair, f"{tamper} AND content_id = 'course-3'")
    verdict = (
        """UPDATE {}.entity SET body = body || '{{"verdict": "{}"}}' WHERE kind = 'feedback'"""
    )
    execute(pair, verdict.format(before, "more_like_this"))
    done = rebuild(pair)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "table progress differs" in done.stdout
    assert "77.5" in done.stdout
    assert "table entity.feedback differs" in done.stdout
    execute(pair, verdict.format(before, "not_for_me"))
    assert live(pair) == before
    mend = tamper.replace("77.5", "10")
    execute(pair, f"{mend} AND content_id = 'course-3'")
    assert rebuild(pair).returncode == 0


def test_a_second_rebuild_at_the_same_time_is_refused(pair: Stack) -> None:
    url = pair.servers["postgres-vector"].url()  # type: ignore[union-attr]
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_lock(7305121877)")
        done = rebuild(pair)
    assert done.returncode == 1
    assert "another rebuild is running" in done.stderr
    assert building(pair) == []


def test_a_learner_erased_during_a_rebuild_is_in_no_generation(pair: Stack) -> None:
    publish(pair, user(900), completed(900), feedback(900), progress(900, "course-1"))
    sql = "SELECT count(*) FROM live.progress WHERE user_id = 900"
    eventually(lambda: rows(pair, "vector", sql) == [(1,)])
    assert rebuild(pair, failpoint="rebuild.lists").returncode == -9
    publish(pair, erased(900))
    eventually(lambda: rows(pair, "vector", sql) == [(0,)])
    # Late or repeated facts of the erased learner change nothing.
    publish(pair, progress(900, "course-2"), feedback(900, version=2))
    assert rebuild(pair).returncode == 0
    for (generation,) in rows(pair, "vector", "SELECT name FROM generation"):
        tables = [name for (name,) in rows(pair, "vector", WITH_USERS, generation)]
        assert "entity" in tables
        for table in tables:
            found = rows(
                pair,
                "vector",
                f"SELECT count(*) FROM {generation}.{table} WHERE user_id = 900",  # noqa: S608
            )
            assert found == [(0,)], f"{generation}.{table}"


def test_rolling_back_brings_the_earlier_generation_up_to_date_first(pair: Stack) -> None:
    before = live(pair)
    assert rebuild(pair).returncode == 0
    publish(pair, progress(2, "course-7", 1))
    sql = "SELECT count(*) FROM live.progress WHERE user_id = 2 AND content_id = 'course-7'"
    eventually(lambda: rows(pair, "vector", sql) == [(1,)])
    assert rebuild(pair, "rollback").returncode == 0
    assert live(pair) == before
    assert rows(pair, "vector", sql) == [(1,)]


def test_one_topic_can_be_rebuilt_alone(pair: Stack) -> None:
    before = live(pair)
    done = rebuild(pair, "--topic", "ongoza.content")
    assert done.returncode == 0, done.stdout + done.stderr
    read = sum(topic_of(type(fact)) is CONTENT for fact in history())
    assert f"{read} records read" in done.stdout
    assert content_of(pair, live(pair)) == content_of(pair, before)
    assert "no such topic" in rebuild(pair, "--topic", "ongoza.nothing").stderr


def test_a_rebuild_up_to_a_time_is_for_inspection(pair: Stack) -> None:
    before = live(pair)
    done = rebuild(pair, "--until", "2020-01-01T00:00:00")
    assert done.returncode == 0, done.stdout + done.stderr
    assert live(pair) == before
    (built,) = building(pair)
    assert rows(pair, "vector", f"SELECT count(*) FROM {built}.progress") == [(0,)]  # noqa: S608
    # A rebuild with other options is refused.
    assert "drop it first" in rebuild(pair, "--position", "ongoza.users:0:1").stderr
    assert "drop it first" in rebuild(pair).stderr
    assert rebuild(pair, "drop", built).returncode == 0
    assert building(pair) == []
    done = rebuild(pair, "drop", before)
    assert (done.returncode, done.stderr.strip()) == (
        1,
        f"{before} is the live generation, which cannot be dropped",
    )
    assert "there is no generation g999" in rebuild(pair, "drop", "g999").stderr
    assert live(pair) == before


def test_a_rebuild_up_to_a_position_stops_before_it(pair: Stack) -> None:
    partitions = [(topic.name, n) for topic in CONSUMED for n in range(topic.partitions)]
    nothing = [f"--position={name}:{n}:0" for name, n in partitions]
    one_user = [word for word in nothing if "users:" not in word] + ["--position=ongoza.users:0:1"]
    others = [f"--position=ongoza.users:{n}:0" for n in range(1, 6)]
    done = rebuild(pair, *one_user, *others)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = building(pair)
    assert rows(pair, "vector", f"SELECT count(*) FROM {built}.learner") == [(1,)]  # noqa: S608
    assert rebuild(pair, "drop", built).returncode == 0
    assert rebuild(pair, "--position", "ongoza.users").returncode == 2
    assert "no such topic" in rebuild(pair, "--position", "tea:0:1").stderr


def test_a_dry_run_prints_the_plan_and_changes_nothing(pair: Stack) -> None:
    generations = rows(pair, "vector", "SELECT name FROM generation")
    done = rebuild(pair, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert f"0 of {ITEMS} texts" in done.stdout
    assert rows(pair, "vector", "SELECT name FROM generation") == generations


def test_no_read_fails_while_generations_are_switched(pair: Stack) -> None:
    async def reads(stop: asyncio.Event) -> list[tuple[int, str]]:
        answers = []
        signed = token(claims(user_id=3), secret=pair.environment["JWT_SECRET_KEY"])
        headers = {"Authorization": f"Bearer {signed}"}
        async with httpx.AsyncClient(base_url=pair.ai_url, headers=headers, timeout=30) as http:
            while not stop.is_set():
                answer = await http.get("/api/v1/recommendations")
                answers.append((answer.status_code, answer.headers["x-recommendations-source"]))
                await asyncio.sleep(0.01)
        return answers

    async def story() -> list[tuple[int, str]]:
        stop = asyncio.Event()
        reading = asyncio.create_task(reads(stop))
        for arguments in ((), ("rollback",), ("rollback",)):
            done = await asyncio.to_thread(rebuild, pair, *arguments)
            assert done.returncode == 0, done.stdout + done.stderr
        stop.set()
        return await reading

    answers = asyncio.run(story())
    assert len(answers) > 100
    assert {status for status, _ in answers} == {200}
    assert {source for _, source in answers} <= {"precomputed", "computed"}


class AnotherModel:
    """Vectors of a deterministic model that differ from those of the real one."""

    def __init__(self) -> None:
        self._encoder = open_encoder()
        self.identity = replace(self._encoder.identity, revision="another")

    def encode(self, texts: Sequence[str]) -> Matrix:
        return np.ascontiguousarray(np.abs(self._encoder.encode(texts)))


def test_with_another_model_agreement_is_reported_and_the_worker_does_not_mix_models(
    pair: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in pair.environment.items():
        monkeypatch.setenv(name, value)
    before = live(pair)

    async def story() -> Outcome:
        async with tools(Settings(), None) as given:
            other = replace(given, encoder=EncoderQueue(AnotherModel()))
            made = await rebuild_with(other, Options())
        async with tools(Settings(), None) as given:
            eventually(lambda: pair.register.alive("worker") is None)
            await roll_back(given)
        return made

    made = asyncio.run(story())
    assert made.embedded == ITEMS  # the cache has no vectors of this model
    assert made.comparison is not None
    assert not made.comparison.same_model
    assert 0 < made.comparison.top_k_overlap < 1
    assert made.comparison.differences == []
    assert made.switched is not None
    # The worker would have to embed with a model that is not the generation's: it ends instead.
    assert "are not made by" in pair.last_words("worker")
    assert live(pair) == before
    pair.run("worker")


def test_two_workers_share_the_work_and_one_takes_over_when_the_other_is_killed(
    pair: Stack,
) -> None:
    """No record is lost, and by the counters, written with the rows, none is applied twice."""
    earlier = working(pair)  # among them may be one that has just ended
    second = subprocess.Popen([sys.executable, "-m", "ai", "worker"], env=pair.environment)
    try:
        eventually(lambda: working(pair) - earlier)
        before = applied(pair)  # a worker that starts deletes the rows of those that stopped
        facts = [progress(1000 + n % 97, f"module-{n}") for n in range(3000)]
        publish(pair, *facts[:1500])
        eventually(lambda: applied(pair) > before)
        second.kill()
        publish(pair, *facts[1500:])
        eventually(lambda: progress_rows(pair) == len(facts), seconds=90)
    finally:
        second.kill()
        second.wait(10)
    assert applied(pair) - before == len(facts)


def test_a_lost_database_is_filled_again_from_the_topics(pair: Stack) -> None:
    """The group's offsets are at the end of the topics; the empty database has no positions."""
    pair.stop("worker")
    pair.stop("ai")
    for (generation,) in rows(pair, "vector", "SELECT name FROM generation"):
        execute(pair, f"DROP SCHEMA {generation} CASCADE")
    execute(pair, "DROP SCHEMA live, public CASCADE")
    execute(pair, "CREATE SCHEMA public")
    pair.run("migrate-ai")
    done = rebuild(pair)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "compared" not in done.stdout  # there was nothing to compare with
    assert "no worker is running" in done.stdout
    assert f"0 vectors from the cache, {ITEMS} made by the model" in done.stdout
    assert len(rows(pair, "vector", "SELECT FROM live.learner")) == LEARNERS
    pair.start("worker")
    publish(pair, progress(4, "course-20"))
    sql = "SELECT count(*) FROM live.progress WHERE user_id = 4 AND content_id = 'course-20'"
    eventually(lambda: rows(pair, "vector", sql) == [(1,)])
    assert live(pair) == "g2"
