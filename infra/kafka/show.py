"""Differences as a table for people."""

from collections.abc import Sequence

from infra.kafka.plan import (
    AddGrant,
    BrokerSetting,
    CreateTopic,
    Difference,
    Refused,
    RemoveGrant,
    SetConfig,
    Unknown,
    UnsetConfig,
)

HEADER = ("", "of", "what", "there", "wanted")


def show(title: str, differences: Sequence[Difference]) -> None:
    lines = [HEADER, *map(row, differences)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    print(title)
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


def row(difference: Difference) -> tuple[str, str, str, str, str]:
    """Action, whom it is about, what, what is there, what is wanted."""
    match difference:
        case CreateTopic(topic):
            said = f"{topic.partitions} partitions, replication {topic.replication}"
            settings = "".join(f", {name}={value}" for name, value in topic.config.items())
            return "create", topic.name, "topic", "", said + settings
        case SetConfig(topic, name, before, after):
            return "set", topic, name, before or "(the broker's)", after
        case UnsetConfig(topic, name, before):
            return "unset", topic, name, before, "(the broker's)"
        case AddGrant(grant):
            return "grant", grant.principal, str(grant), "", "yes"
        case RemoveGrant(grant):
            return "revoke", grant.principal, str(grant), "yes", ""
        case Refused(topic, what, before, after, instead):
            return "refused", topic, f"{what}: {instead}", str(before), str(after)
        case Unknown(topic):
            return "unknown", topic, "topic, not in the catalogue", "yes", ""
        case BrokerSetting(broker, name, before, after):
            return "change", f"broker {broker}", f"{name}, in its configuration", before, after
