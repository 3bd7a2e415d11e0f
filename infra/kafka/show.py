"""Differences as a table for people."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

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

COLOURS = {"create": "green", "set": "yellow", "grant": "green", "refused": "red"}


def show(console: Console, title: str, differences: Sequence[Difference]) -> None:
    table = Table("", "of", "what", "there", "wanted", title=title, title_justify="left")
    for difference in differences:
        action, *cells = row(difference)
        table.add_row(f"[{COLOURS.get(action, 'magenta')}]{action}[/]", *cells)
    console.print(table)


def row(difference: Difference) -> tuple[str, str, str, str, str]:
    """Action, whom it is about, what, what is there, what is wanted."""
    match difference:
        case CreateTopic(topic):
            said = f"{topic.partitions} partitions, replication {topic.replication}"
            settings = "".join(f"\n{name}={value}" for name, value in topic.config.items())
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
