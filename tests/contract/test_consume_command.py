"""`python -m ongoza_contracts.consume`: a topic in one line, and the check of a team's needs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

from ongoza_contracts import consume
from ongoza_contracts.consume import group_id, main, only
from tests.contract.test_consumers import properties_file, publish
from tests.facts import erased, progress, record, user

ITEM = "mission-790"
IN_PARTITION = next(
    number for number in range(1, 99) if record(progress(number, ITEM)).partition < 4
)
"""A learner whose facts are in one of the partitions of the broker in this process."""
NEEDS = """
team: my_team
contact: my-team@ongoza.example
needs:
  ongoza.progress.updated.v1:
    fields: [version, user_id, status]
    values:
      status: [completed]
"""


@pytest.fixture
def needs(tmp_path: Path) -> Path:
    path = tmp_path / "needs.yaml"
    path.write_text(NEEDS)
    return path


def test_only_the_needed_parts_of_a_body_are_left() -> None:
    body = {"a": 1, "b": {"c": 2, "d": 3}, "items": [{"id": 1, "x": 2}, {"id": 3}]}
    assert only(body, ["a", "b.c", "items.id", "missing"]) == {
        "a": 1,
        "b": {"c": 2},
        "items": [{"id": 1}, {"id": 3}],
    }
    assert only(body, ["b", "b.c"]) == {"b": {"c": 2, "d": 3}}


@pytest.mark.parametrize(
    ("group", "login", "expected"),
    [
        ("mine", "", "mine"),
        ("mine", "my_team", "my-team-mine"),
        ("my-team", "my_team", "my-team"),
        ("my-team-stats", "my_team", "my-team-stats"),
        ("my-teams", "my_team", "my-team-my-teams"),
    ],
)
def test_a_group_begins_with_the_name_of_the_login(group: str, login: str, expected: str) -> None:
    assert group_id(group, login) == expected


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("status]", "grade]", "ongoza.progress.updated.v1 grade, which was removed"),
        ("[completed]", "[finished]", "ongoza.progress.updated.v1 status = finished"),
        ("updated.v1", "updated.v9", "ongoza.progress.updated.v9, which is not published"),
        ("progress.updated", "user.updated", "needs no fact of ongoza.progress, which carries"),
        ("team: my_team", "", "team"),
        ("needs:", "needs: [", "needs.yaml"),
    ],
)
def test_needs_that_are_not_published_are_refused_before_anything_is_read(
    needs: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, problem: str
) -> None:
    needs.write_text(NEEDS.replace(before, after, 1))
    absent = needs.parent / "no.properties"
    arguments = ["--topic", "progress", "--group", "mine", "--needs", str(needs)]
    assert main([*arguments, "--properties", str(absent)]) == 1
    said = capsys.readouterr()
    assert problem in said.err
    assert str(absent) not in said.err
    assert said.out == ""


def test_a_missing_needs_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    absent = tmp_path / "needs.yaml"
    assert main(["--topic", "progress", "--group", "mine", "--needs", str(absent)]) == 1
    said = f"there is no file {absent}: write it first, or leave out --needs\n"
    assert capsys.readouterr().err == said


def test_a_missing_login_file_and_an_unknown_topic_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = str(tmp_path / "no.properties")
    assert main(["--topic", "progress", "--group", "mine", "--properties", absent]) == 1
    assert f"{absent}: No such file or directory" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main(["--topic", "progres", "--group", "mine"])
    assert stopped.value.code == 2
    assert "there is no topic progres: choose one of users, content," in capsys.readouterr().err


@pytest.mark.parametrize(
    ("module", "sentence"),
    [("confluent_kafka", "confluent-kafka is missing"), ("yaml", "PyYAML is missing")],
)
def test_without_the_extra_a_sentence_says_what_to_install(
    needs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    module: str,
    sentence: str,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    properties = properties_file(needs.parent, "127.0.0.1:1")
    arguments = ["--topic", "progress", "--group", "mine", "--properties", properties]
    assert main([*arguments, "--needs", str(needs)]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert consume.INSTALL in said


def test_a_broker_that_is_not_there_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    properties = properties_file(tmp_path, "127.0.0.1:1")
    assert main(["--topic", "progress", "--group", "mine", "--properties", properties]) == 1
    assert "ongoza.progress in group mine: " in capsys.readouterr().err


class SilentPartition:
    """A topic of two partitions, of which the second never answers."""

    def __init__(self, _: object) -> None:
        self.polls = iter([PartitionEnd(), *[None] * 3])

    def list_topics(self, topic: str, timeout: float) -> Any:
        return SimpleNamespace(topics={topic: SimpleNamespace(error=None, partitions=[0, 1])})

    def assign(self, _: object) -> None:
        pass

    def poll(self, _: float) -> Any:
        return next(self.polls)

    def close(self) -> None:
        pass


class PartitionEnd:
    def partition(self) -> int:
        return 0

    def error(self) -> KafkaError:
        return KafkaError(KafkaError._PARTITION_EOF)


def test_a_partition_that_does_not_answer_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("confluent_kafka.Consumer", SilentPartition)
    monkeypatch.setattr(consume, "WAIT_SECONDS", 0)
    properties = properties_file(tmp_path, "unused:1")
    assert main(["--topic", "progress", "--group", "mine", "--properties", properties]) == 1
    assert "no answer from Kafka" in capsys.readouterr().err


@pytest.fixture
def broker() -> Iterator[str]:
    """The address of librdkafka's own broker in this process, with three facts of progress."""
    producer = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    made = record(progress(IN_PARTITION, ITEM))
    for _ in range(3):
        producer.produce(made.topic, made.value, made.key, made.partition, headers=[*made.headers])
    assert producer.flush(30) == 0
    (one,) = producer.list_topics(timeout=30).brokers.values()
    yield f"{one.host}:{one.port}"
    del producer  # and the broker with it


def test_a_group_at_work_notices_nothing_and_its_offsets_do_not_matter(
    broker: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    revoked: list[object] = []
    member = Consumer({"bootstrap.servers": broker, "group.id": "mine", "log_level": 0})
    member.subscribe(["ongoza.progress"], on_revoke=lambda *_: revoked.append(True))
    while not member.assignment():
        member.poll(0.1)
    member.commit(
        offsets=[
            TopicPartition("ongoza.progress", one.partition, 3) for one in member.assignment()
        ],
        asynchronous=False,
    )
    properties = properties_file(tmp_path, broker)
    assert main(["--topic", "progress", "--group", "mine", "--properties", properties]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3
    assert "3 facts" in said.err
    member.poll(0.1)
    assert revoked == []
    member.close()


def test_a_reader_that_has_seen_enough_gets_no_traceback(broker: str, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "ongoza_contracts.consume", "--topic", "progress"]
    done = subprocess.run(  # noqa: S603
        [*command, "--group", "mine", "--properties", properties_file(tmp_path, broker)],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def run_command(folder: Path, bootstrap: str, *arguments: str) -> tuple[list[dict[str, Any]], str]:
    """The printed facts about ITEM, and what was written to stderr."""
    command = [sys.executable, "-m", "ongoza_contracts.consume", "--group", "mine", *arguments]
    done = subprocess.run(  # noqa: S603
        [*command, "--properties", properties_file(folder, bootstrap)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    return [one for one in printed if one["key"].endswith(f":{ITEM}")], done.stderr


def test_every_fact_of_a_topic_is_printed_each_time_from_the_beginning(
    kafka_bootstrap: str, tmp_path: Path
) -> None:
    publish(kafka_bootstrap, user(731), progress(731, ITEM, 1), progress(731, ITEM, 2), erased(732))
    for _ in range(2):
        printed, said = run_command(tmp_path, kafka_bootstrap, "--topic", "ongoza.progress")
        assert [one["fact"]["version"] for one in printed] == [1, 2]
        assert {one["type"] for one in printed} == {"ongoza.progress.updated.v1"}
        assert printed[0]["fact"]["status"] == progress(731, ITEM).status
        assert "cannot be read" in said  # `publish` adds a record with a bad header


def test_with_needs_only_the_needed_fields_are_printed(
    kafka_bootstrap: str, tmp_path: Path, needs: Path
) -> None:
    publish(kafka_bootstrap, progress(733, ITEM, 1))
    arguments = ("--topic", "progress", "--needs", str(needs))
    printed, said = run_command(tmp_path, kafka_bootstrap, *arguments)
    (fact,) = [one["fact"] for one in printed if one["key"] == f"733:{ITEM}"]
    assert fact == {"version": 1, "user_id": 733, "status": progress(733, ITEM).status}
    assert "my_team is not among the consumers of ongoza.progress yet" in said
