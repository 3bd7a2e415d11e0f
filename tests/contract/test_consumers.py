"""Two consumers outside the platform, on the real broker and against the golden corpus."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Producer

from core.outbox.kafka import topic_reader
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import FACT_TYPES, TOPIC_BY_NAME
from scripts.contracts.__main__ import CONTRACTS
from scripts.web.node import NODE, npm, run
from tests.facts import RawRecord, erased, progress, record, user
from tests.integration.story import eventually
from tests.raw_batches import not_utf8, send

CORPUS = CONTRACTS / "corpus"
STATS = CONTRACTS / "consumers" / "engagement_stats"
REMINDERS = CONTRACTS / "consumers" / "learner_reminders"
ITEM = "mission-777"
ITEM_IN_TRANSACTION = "mission-779"


@pytest.fixture(scope="session")
def reminders() -> list[str]:
    """The command that runs the TypeScript consumer, built from the committed lock."""
    npm(REMINDERS, "ci", "--no-audit", "--no-fund")
    npm(REMINDERS, "run", "build")
    return [NODE, "dist/main.js"]


@pytest.fixture
def facts_on_topics(kafka_bootstrap: str) -> str:
    """Of four learners: one who goes on, one who is done, one who is late, one who is erased."""
    publish(
        kafka_bootstrap,
        user(701),
        progress(701, ITEM, 2, completion_percentage=60.0),
        progress(701, ITEM, 1, completion_percentage=10.0),  # late: older than what is known
        progress(702, ITEM, 1, status="completed", completion_percentage=100.0),
        progress(703, ITEM, 1, completion_percentage=20.0),
        progress(703, ITEM, 1, completion_percentage=20.0),  # delivered twice
        progress(704, ITEM, 1, completion_percentage=30.0),
        erased(704),
    )
    return kafka_bootstrap


def publish(bootstrap: str, *facts: Fact) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    for fact in facts:
        made = record(fact)
        producer.produce(made.topic, made.value, made.key, made.partition, headers=[*made.headers])
    producer.produce("ongoza.progress", b"{", b"nobody", 0, headers=[("ce_type", b"\xff")])
    assert producer.flush(20) == 0


def properties_file(folder: Path, bootstrap: str) -> str:
    """Of a broker without logins."""
    path = folder / "kafka.properties"
    path.write_text(f"bootstrap.servers={bootstrap}\n")
    return str(path)


def test_the_python_consumer_passes_the_corpus() -> None:
    said = run([sys.executable, "-m", "engagement_stats", "corpus", str(CORPUS)], STATS)
    assert said == f"{cases()} cases, 0 failed\n"


@pytest.mark.slow
def test_the_typescript_consumer_passes_the_corpus(reminders: list[str]) -> None:
    said = run([*reminders, "corpus", str(CORPUS)], REMINDERS)
    assert said == f"{cases()} cases, 0 failed\n"


def cases() -> int:
    return sum(len(cases_in(path)) for path in CORPUS.glob("*.json"))


def cases_in(path: Path) -> list[dict[str, Any]]:
    content = json.loads(path.read_text())
    return content if isinstance(content, list) else [content]


def test_every_example_and_every_special_case_is_in_the_corpus() -> None:
    examples = [case["name"] for case in cases_in(CORPUS / "examples.json")]
    assert len(examples) == 3 * len(FACT_TYPES)
    special = {path.stem for path in CORPUS.glob("*.json")} - {"examples"}
    assert special == {
        case["name"] for name in special for case in cases_in(CORPUS / f"{name}.json")
    }
    assert cases() == len(examples) + len(special)
    assert len(special) == 13


@pytest.mark.slow
@pytest.mark.parametrize("consumer", ["python", "typescript"])
def test_a_corpus_that_says_something_else_is_noticed(
    tmp_path: Path, reminders: list[str], consumer: str
) -> None:
    case = json.loads((CORPUS / "sequence.newest-wins.json").read_text())
    case["expect"]["kept_after_each"][1] = 10.0
    (tmp_path / "sequence.json").write_text(json.dumps(case))
    command, folder = {
        "python": ([sys.executable, "-m", "engagement_stats"], STATS),
        "typescript": (reminders, REMINDERS),
    }[consumer]
    done = subprocess.run(  # noqa: S603
        [*command, "corpus", str(tmp_path)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "1 cases, 1 failed: sequence.newest-wins\n")


def test_the_python_consumer_counts_what_is_on_the_topics(
    facts_on_topics: str, tmp_path: Path
) -> None:
    database = str(tmp_path / "stats.sqlite")
    file = properties_file(tmp_path, facts_on_topics)
    command = ["-m", "engagement_stats", "run", "--properties", file]
    told: list[dict[str, Any]] = json.loads(
        run([sys.executable, *command, "--database", database, "--until-end"], STATS)
    )
    (item,) = [one for one in told if one["content_id"] == ITEM]
    assert item == {
        "content_id": ITEM,
        "learners": 3,
        "completed": 1,
        "mean_percentage": (60 + 100 + 20) / 3,
    }
    # It goes on where it was, and what comes again changes nothing.
    publish(
        facts_on_topics, progress(703, ITEM, 2, status="completed", completion_percentage=100.0)
    )
    again = json.loads(
        run([sys.executable, *command, "--database", database, "--until-end"], STATS)
    )
    (item,) = [one for one in again if one["content_id"] == ITEM]
    assert (item["learners"], item["completed"]) == (3, 2)


def test_the_python_consumer_reads_past_a_header_name_that_is_not_utf8(
    kafka_bootstrap: str, tmp_path: Path
) -> None:
    item = "mission-778"
    first, second = (record(progress(user_id, item)) for user_id in (711, 711))
    offset = asyncio.run(send(kafka_bootstrap, [first, not_utf8(second)]))
    publish(kafka_bootstrap, progress(712, item))
    file = properties_file(tmp_path, kafka_bootstrap)
    command = ["-m", "engagement_stats", "run", "--properties", file, "--until-end"]
    said = subprocess.run(  # noqa: S603
        [sys.executable, *command, "--database", str(tmp_path / "stats.sqlite")],
        cwd=STATS,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    (found,) = [one for one in json.loads(said.stdout) if one["content_id"] == item]
    assert found["learners"] == 2
    at = f"{second.topic} {second.partition} {offset + 1}"
    assert f"{at}: undecodable: the name of a header is not UTF-8" in said.stderr


@pytest.mark.slow
def test_the_typescript_consumer_knows_whom_to_remind(
    facts_on_topics: str, reminders: list[str], tmp_path: Path
) -> None:
    file = properties_file(tmp_path, facts_on_topics)

    def told() -> list[dict[str, Any]]:
        said = json.loads(run([*reminders, "run", file], REMINDERS))
        return [one for one in said if ITEM in one["open"] and one["user_id"] in {701, 702, 704}]

    assert eventually(told) == [{"user_id": 701, "open": [ITEM], "next": []}]


@pytest.fixture
def ends_with_markers(kafka_bootstrap: str) -> Iterator[str]:
    """Topics whose last offsets are those of a committed and of an aborted transaction."""
    ended = transact(kafka_bootstrap, progress(721, ITEM_IN_TRANSACTION), commit=True)
    transact(kafka_bootstrap, progress(721, ITEM_IN_TRANSACTION, 2, status="failed"), commit=False)
    yield kafka_bootstrap
    # Other tests on this broker compare offsets of records with the end of the partition.
    publish(kafka_bootstrap, ended)


def transact(bootstrap: str, fact: Fact, *, commit: bool) -> Fact:
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": f"test-{uuid4()}"})
    made = record(fact)
    producer.init_transactions(30)
    producer.begin_transaction()
    offsets: list[int] = []
    producer.produce(
        *(made.topic, made.value, made.key, made.partition),
        headers=[*made.headers],
        on_delivery=lambda _, message: offsets.append(message.offset() or 0),
    )
    producer.flush(20)
    (producer.commit_transaction if commit else producer.abort_transaction)(30)
    # The broker writes the marker a little later.
    eventually(lambda: last_stable_offset(bootstrap, made) > offsets[0])
    return fact


def last_stable_offset(bootstrap: str, made: RawRecord) -> int:
    """Of the partition of a record. It stays at the first record of an open transaction."""
    with topic_reader({"bootstrap.servers": bootstrap}) as reader:
        ranges = reader.offset_ranges([TOPIC_BY_NAME[made.topic]])
    return ranges[made.topic, made.partition].last_stable


@pytest.mark.slow
def test_the_typescript_consumer_ends_at_the_marker_of_a_transaction(
    ends_with_markers: str, reminders: list[str], tmp_path: Path
) -> None:
    said = run([*reminders, "run", properties_file(tmp_path, ends_with_markers)], REMINDERS)
    (found,) = [one for one in json.loads(said) if one["user_id"] == 721]
    assert found == {"user_id": 721, "open": [ITEM_IN_TRANSACTION], "next": []}


@pytest.mark.slow
def test_the_contracts_install_alone_and_are_typed(tmp_path: Path) -> None:
    """As another team gets them: a wheel, in an environment with nothing of ours in it."""
    uv = [sys.executable, "-m", "uv"]
    run([*uv, "build", "--quiet", "--wheel", "--out-dir", str(tmp_path)], CONTRACTS)
    (wheel,) = tmp_path.glob("*.whl")
    environment = tmp_path / "venv"
    python = str(environment / "bin" / "python")
    run([*uv, "venv", "--quiet", "--python", sys.executable, str(environment)], tmp_path)
    run([*uv, "pip", "install", "--quiet", "--python", python, str(wheel), "mypy"], tmp_path)
    script = tmp_path / "use.py"
    script.write_text(
        "from ongoza_contracts.codec import Received\n"
        "from ongoza_contracts.consumer import PlainRecord, read\n"
        "from ongoza_contracts.progress import ProgressUpdated\n"
        "def done(record: PlainRecord) -> float:\n"
        "    match read(record):\n"
        "        case Received(fact=ProgressUpdated() as fact):\n"
        "            return fact.completion_percentage\n"
        "    return 0.0\n"
    )
    run([python, "use.py"], tmp_path)
    assert "Success" in run([python, "-m", "mypy", "--strict", "use.py"], tmp_path)
    script.write_text(script.read_text().replace("completion_percentage", "completed"))
    refused = subprocess.run(  # noqa: S603
        [python, "-m", "mypy", "--strict", "use.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert 'has no attribute "completed"' in refused.stdout
