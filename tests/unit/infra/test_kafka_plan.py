"""What differs between the catalogue and a cluster, and what is never done about it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from infra.kafka.__main__ import WRONG, _user
from infra.kafka.cluster import Cluster
from infra.kafka.plan import (
    PARTITIONS_INSTEAD,
    REPLICATION_INSTEAD,
    AddGrant,
    BrokerSetting,
    CreateTopic,
    Difference,
    Found,
    FoundTopic,
    Refused,
    RemoveGrant,
    SetConfig,
    Unknown,
    UnsetConfig,
    differences,
)
from infra.kafka.show import show
from infra.kafka.wanted import Grant, WantedTopic, wanted_grants, wanted_topics
from ongoza_contracts.topics import PROGRESS, RECOMMENDATIONS, TOPICS

ROOT = Path(__file__).parents[3]
WANTED = WantedTopic(
    name="ongoza.users", partitions=6, replication=3, config={"cleanup.policy": "compact"}
)
THERE = FoundTopic(partitions=6, replication=3, config={"cleanup.policy": "compact"})
READS = Grant("User:ai", "ALLOW", "READ", "TOPIC", "ongoza.users", "LITERAL")


def compare(there: FoundTopic | None, grants: set[Grant] | None = None) -> list[Difference]:
    topics = {WANTED.name: there} if there else {}
    found = Found(topics=topics, grants=None if grants is None else frozenset(grants))
    return differences([WANTED], {READS}, found, namespace="ongoza.")


def test_a_cluster_that_is_as_the_catalogue_says_has_no_differences() -> None:
    assert compare(THERE, {READS}) == []


def test_a_missing_topic_is_created_with_all_its_settings() -> None:
    assert compare(None) == [CreateTopic(WANTED)]


def test_a_broker_that_compresses_otherwise_is_reported() -> None:
    brokers = {
        1: {"compression.type": "producer"},
        2: {"compression.type": "lz4"},
    }
    found = Found(topics={WANTED.name: THERE}, grants=None, brokers=brokers)
    assert differences([WANTED], set(), found, namespace="ongoza.") == [
        BrokerSetting(2, "compression.type", "lz4", "producer")
    ]


def test_a_topic_that_compresses_otherwise_is_reported() -> None:
    found = replace(THERE, config={**THERE.config, "compression.type": "zstd"})
    assert compare(found) == [UnsetConfig("ongoza.users", "compression.type", "zstd")]


@pytest.mark.parametrize("partitions", [5, 7, 12])
def test_partitions_are_neither_shrunk_nor_grown(partitions: int) -> None:
    found = replace(THERE, partitions=partitions)
    assert compare(found) == [
        Refused("ongoza.users", "partitions", partitions, 6, PARTITIONS_INSTEAD)
    ]


def test_copies_are_not_moved_from_here() -> None:
    found = replace(THERE, replication=1)
    assert compare(found) == [Refused("ongoza.users", "replication", 1, 3, REPLICATION_INSTEAD)]


def test_settings_that_differ_are_set_and_those_of_nobody_are_told() -> None:
    found = replace(THERE, config={"cleanup.policy": "delete", "retention.ms": "1000"})
    assert compare(found) == [
        SetConfig("ongoza.users", "cleanup.policy", "delete", "compact"),
        UnsetConfig("ongoza.users", "retention.ms", "1000"),
    ]


def test_a_cluster_without_an_authorizer_gets_no_access_lines() -> None:
    assert compare(THERE, None) == []
    assert compare(THERE, set()) == [AddGrant(READS)]


@pytest.mark.parametrize(
    "line",
    [
        Grant("User:ai", "ALLOW", "WRITE", "TOPIC", "elsewhere", "LITERAL"),
        Grant("User:stranger", "ALLOW", "READ", "TOPIC", "ongoza.users", "LITERAL"),
        Grant("User:stranger", "ALLOW", "READ", "TOPIC", "ong", "PREFIXED"),
        Grant("User:stranger", "ALLOW", "READ", "TOPIC", "*", "LITERAL"),
        Grant("User:stranger", "DENY", "READ", "TOPIC", "ongoza.users", "LITERAL"),
    ],
    ids=str,
)
def test_a_line_that_reaches_what_is_ours_and_is_not_in_the_catalogue_is_told(line: Grant) -> None:
    assert compare(THERE, {READS, line}) == [RemoveGrant(line)]


@pytest.mark.parametrize(
    "line",
    [
        Grant("User:stranger", "ALLOW", "READ", "TOPIC", "theirs", "LITERAL"),
        Grant("User:stranger", "ALLOW", "READ", "TOPIC", "theirs.", "PREFIXED"),
        Grant("User:stranger", "ALLOW", "READ", "GROUP", "ongoza.users", "LITERAL"),
    ],
    ids=str,
)
def test_lines_of_others_about_what_is_theirs_are_left_alone(line: Grant) -> None:
    assert compare(THERE, {READS, line}) == []


def test_a_topic_under_our_name_that_nobody_wrote_down_is_told() -> None:
    topics = {WANTED.name: THERE, "ongoza.old": THERE, "theirs": THERE}
    found = Found(topics=topics, grants=None)
    assert differences([WANTED], set(), found, namespace="ongoza.") == [Unknown("ongoza.old")]


def test_with_three_copies_two_must_have_a_write() -> None:
    three = {topic.name: topic.config for topic in wanted_topics(3)}
    assert three.keys() == {topic.name for topic in TOPICS}
    assert {config["min.insync.replicas"] for config in three.values()} == {"2"}
    assert all("min.insync.replicas" not in topic.config for topic in wanted_topics(1))


def test_a_producer_writes_and_a_consumer_reads_and_core_reads_what_it_wrote() -> None:
    lines = {str(line) for line in wanted_grants([PROGRESS]) if line.principal == "User:core"}
    assert lines == {"ALLOW WRITE on TOPIC ongoza.progress", "ALLOW READ on TOPIC ongoza.progress"}
    lines = {
        str(line)
        for line in wanted_grants([PROGRESS, RECOMMENDATIONS])
        if line.principal == "User:ai"
    }
    assert lines == {
        "ALLOW READ on TOPIC ongoza.progress",
        "ALLOW READ on GROUP ai",
        "ALLOW READ on GROUP ai-*",
        "ALLOW WRITE on TOPIC ongoza.recommendations",
    }
    partner = {str(line) for line in wanted_grants() if line.principal == "User:engagement_stats"}
    assert partner == {
        "ALLOW READ on TOPIC ongoza.users",
        "ALLOW READ on TOPIC ongoza.progress",
        "ALLOW READ on GROUP engagement-stats",
        "ALLOW READ on GROUP engagement-stats-*",
    }


def test_differences_are_shown_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    show("Plan", [CreateTopic(WANTED), SetConfig("ongoza.users", "retention.ms", "1", "2")])
    assert capsys.readouterr().out.splitlines() == [
        "Plan",
        "        of            what          there  wanted",
        "create  ongoza.users  topic                "
        "6 partitions, replication 3, cleanup.policy=compact",
        "set     ongoza.users  retention.ms  1      2",
    ]


def test_the_command_needs_nothing_that_the_image_of_core_lacks() -> None:
    """The step `topics` of infra/compose.yml runs it there."""
    lacking = ("rich", "typer", "psutil")
    code = f"import sys; sys.modules.update(dict.fromkeys({lacking})); import infra.kafka.__main__"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)  # noqa: S603


def test_the_principals_are_named_if_the_wanted_one_is_unknown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _user(cast(Cluster, None), "my_other") == WRONG
    known = capsys.readouterr().out.removeprefix("the catalogue knows no my_other, but ")
    assert {"ai", "core"} <= {*known.strip().split(", ")}
