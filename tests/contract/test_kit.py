"""What other teams are given, used as they would: by their clients, in their environments."""

import json
import re
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from aiokafka import AIOKafkaConsumer, TopicPartition
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer
from confluent_kafka import TopicPartition as Partition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from ongoza_contracts.codec import BadRecord, Received, Unknown
from ongoza_contracts.consumer import ConfluentMessage, PlainRecord, read
from ongoza_contracts.needs import TeamNeeds
from scripts.contracts.__main__ import CONTRACTS
from scripts.contracts.needs import Needs as AllNeeds
from scripts.contracts.needs import unmet
from scripts.contracts.schemas import schemas
from scripts.web.node import run
from tests.contract.test_consumers import CORPUS, cases_in, publish
from tests.facts import erased, progress, user

DOCS = (CONTRACTS.parent / "docs" / "consume-facts.md").read_text()
UV = [sys.executable, "-m", "uv"]


def corpus() -> list[dict[str, Any]]:
    """The cases of a single record, with what `expect` refers to filled in."""
    single = [case for path in sorted(CORPUS.glob("*.json")) for case in cases_in(path)]
    cases = [case for case in single if "records" not in case]
    for case in cases:
        if example := case["expect"].get("fact", {}).get("example"):
            case["expect"]["fact"] = json.loads((CONTRACTS / "examples" / example).read_text())
    return cases


def in_bytes(content: str | dict[str, str] | None) -> bytes | None:
    if isinstance(content, dict):
        if "example" in content:
            return (CONTRACTS / "examples" / content["example"]).read_bytes()
        return b64decode(content["base64"])
    return None if content is None else content.encode()


@pytest.fixture(scope="module")
def corpus_topic(kafka_bootstrap: str) -> str:
    """A topic of one partition that holds the records of the corpus."""
    name = f"corpus-{uuid4().hex}"
    admin = AdminClient({"bootstrap.servers": kafka_bootstrap})
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(20)
    producer = Producer({"bootstrap.servers": kafka_bootstrap})
    for case in corpus():
        headers: dict[str, str | bytes | None] = {
            key: in_bytes(text) for key, text in case["headers"].items()
        }
        producer.produce(name, in_bytes(case["value"]), case["key"].encode(), headers=headers)
    assert producer.flush(20) == 0
    return name


def outcome(record: ConfluentMessage | PlainRecord) -> dict[str, Any]:
    try:
        found = read(record)
    except BadRecord as error:
        return {"outcome": "refused", "code": error.code}
    if isinstance(found, Received):
        fact = json.loads(found.fact.model_dump_json())
        return {"outcome": "fact", "type": found.fact.type, "key": found.fact.key, "fact": fact}
    if isinstance(found, Unknown):
        return {"outcome": "unknown", "type": found.type}
    return {"outcome": "tombstone"}


def test_confluent_kafkas_messages_are_read_as_the_corpus_says(
    kafka_bootstrap: str, corpus_topic: str
) -> None:
    consumer = Consumer({"bootstrap.servers": kafka_bootstrap, "group.id": corpus_topic})
    consumer.assign([Partition(corpus_topic, 0, OFFSET_BEGINNING)])
    messages: list[Any] = []
    while len(messages) < len(corpus()):
        messages += consumer.consume(100, timeout=1)
    consumer.close()
    assert [outcome(message) for message in messages] == [case["expect"] for case in corpus()]


async def test_aiokafkas_records_are_read_as_the_corpus_says(
    kafka_bootstrap: str, corpus_topic: str
) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka_bootstrap)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(corpus_topic, 0)])
        await consumer.seek_to_beginning()
        records = [await consumer.getone() for _ in corpus()]
    finally:
        await consumer.stop()
    assert [outcome(record) for record in records] == [case["expect"] for case in corpus()]


def test_the_corpus_holds_every_fact_and_every_outcome() -> None:
    found = {case["name"] for case in corpus()}
    for fact in schemas():
        assert {f"{fact}.{kind}" for kind in ("minimal", "full", "future")} <= found
    outcomes = {(case["expect"]["outcome"], case["expect"].get("code")) for case in corpus()}
    assert outcomes == {
        ("fact", None),
        ("unknown", None),
        ("tombstone", None),
        ("refused", "bad_header"),
        ("refused", "missing_header"),
        ("refused", "bad_payload"),
    }


@pytest.mark.slow
def test_the_python_consumer_works_with_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    team = CONTRACTS / "consumers" / "engagement_stats"
    for source in (CONTRACTS, team):
        run([*UV, "build", "--quiet", "--wheel", "--out-dir", str(tmp_path), str(source)], tmp_path)
    wheels = [str(wheel) for wheel in sorted(tmp_path.glob("*.whl"))]
    assert len(wheels) == 2
    python = str(tmp_path / "venv" / "bin" / "python")
    run([*UV, "venv", "--quiet", "--python", sys.executable, str(tmp_path / "venv")], tmp_path)
    run([*UV, "pip", "install", "--quiet", "--python", python, *wheels], tmp_path)
    listed = json.loads(run([*UV, "pip", "list", "--python", python, "--format=json"], tmp_path))
    names = {one["name"] for one in listed}
    assert {"ongoza-contracts", "engagement-stats", "confluent-kafka", "pydantic"} <= names
    assert names.isdisjoint({"ongoza-core", "ongoza-ai", "django", "fastapi", "aiokafka"})
    said = run([python, "-m", "engagement_stats", "corpus", str(CORPUS)], tmp_path)
    assert re.fullmatch(r"[0-9]+ cases, 0 failed\n", said)


def blocks(language: str) -> Iterator[str]:
    yield from re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)


@pytest.mark.slow
def test_the_page_for_other_teams_leads_a_newcomer_to_their_first_numbers(
    kafka_bootstrap: str, tmp_path: Path
) -> None:
    """Its commands and files as they are printed, in a folder with nothing but the contracts."""
    (tmp_path / "contracts").symlink_to(CONTRACTS)
    (take,), (first,) = blocks("python"), blocks("python first.py")
    in_one_line, commands = blocks("sh")
    local = tmp_path / ".local"
    local.mkdir()
    (local / "take.py").write_text(take)
    (local / "first.py").write_text(first)
    publish(kafka_bootstrap, user(711), progress(711, "course-1", 1))
    properties = local / "my_team.properties"
    properties.write_text(f"bootstrap.servers={kafka_bootstrap}\n")
    *_, tried = run(["bash", "-ec", in_one_line], tmp_path).splitlines()  # pip prints before it
    assert json.loads(tried)["type"] == "ongoza.progress.updated.v1"
    said = run(["bash", "-ec", commands], tmp_path)
    items, done = counted(said)
    publish(
        kafka_bootstrap,
        progress(711, "course-1", 2, status="completed", completion_percentage=100.0),
        progress(712, "course-1", 1),
        progress(713, "course-1", 1),
        erased(713),
    )
    assert {path.name for path in tmp_path.iterdir()} == {".local", "contracts"}
    again = run(
        [str(local / "mine/bin/python"), str(local / "first.py"), str(properties)], tmp_path
    )
    assert counted(again) == (items + 1, done + 1)


def counted(said: str) -> tuple[int, int]:
    items, done = re.findall("[0-9]+", said.splitlines()[-1])
    return int(items), int(done)


def test_the_needs_on_the_page_are_what_the_check_understands() -> None:
    (text,) = blocks("yaml")
    needs = TeamNeeds.model_validate(yaml.safe_load(text))
    assert list(unmet(AllNeeds((needs,)), schemas())) == []
