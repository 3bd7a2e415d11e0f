"""The catalogue's topics and ACLs on the Kafka cluster that KAFKA_* name.

Exit codes: 0, all is as the catalogue says; 2, `plan` or `drift` found differences; 1, something is
refused or the cluster does not answer.
"""

# argparse, because the container of core, in which this runs too, has neither typer nor rich.
import argparse
import getpass
import os
import sys
import time

from confluent_kafka import KafkaException
from django.core.exceptions import ImproperlyConfigured

from core.config.kafka import connection, is_secured
from infra.kafka.cluster import Cluster, Unreachable
from infra.kafka.logins import set_logins
from infra.kafka.plan import (
    BrokerSetting,
    Difference,
    Found,
    Refused,
    RemoveGrant,
    Unknown,
    UnsetConfig,
    differences,
)
from infra.kafka.show import show
from infra.kafka.wanted import principals, wanted_grants, wanted_topics

SAME, WRONG, DIFFERENT = 0, 1, 2
SEEN_SECONDS = 20
NAMESPACE = "ongoza."
NO_AUTHORIZER = "The cluster has no authorizer: everybody may do everything"


def main() -> int:
    arguments = _parser().parse_args()
    try:
        if arguments.command == "apply" and arguments.logins:
            set_logins(connection(), map(_name, principals(reader=arguments.reader)))
        cluster = Cluster(connection())
        if arguments.command == "user":
            return _user(cluster, arguments.name)
        return _compare(cluster, arguments)
    except (Unreachable, KafkaException, ImproperlyConfigured) as error:
        print(_reason(error))
        return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.kafka", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, summary in (
        ("plan", "show what `apply` would do; 2 if there is anything"),
        ("apply", "make the cluster as the catalogue says; harmless to repeat"),
        ("drift", "show all that differs, also what `apply` leaves alone; 2 if there is anything"),
    ):
        command = commands.add_parser(name, help=summary)
        command.add_argument(
            "--replication",
            type=int,
            choices=range(1, 8),
            default=os.environ.get("KAFKA_REPLICATION", "1"),
            metavar="COPIES",
            help="of each partition (KAFKA_REPLICATION, else 1); 3 in production",
        )
        command.add_argument(
            "--reader",
            default=os.environ.get("KAFKA_READER", ""),
            metavar="NAME",
            help="a principal that may read every topic, for trials (KAFKA_READER, else none)",
        )
        if name == "apply":
            command.add_argument(
                "--logins",
                action="store_true",
                help="first set the passwords in KAFKA_..._PASSWORD; needs that of the broker",
            )
        if name != "drift":
            command.add_argument(
                "--prune",
                action="store_true",
                help="also remove settings and ACLs that are not in the catalogue",
            )
    user = commands.add_parser("user", help="set the password, read from stdin, of a principal")
    user.add_argument("name")
    return parser


def _compare(cluster: Cluster, arguments: argparse.Namespace) -> int:
    found = cluster.read()
    if found.grants is None and is_secured():
        print(f"{NO_AUTHORIZER}, passwords notwithstanding: see README.md")
        return WRONG
    every = _differences(found, arguments)
    if arguments.command == "drift":
        return _report("Drift", every, found)
    wanted = [one for one in every if _is_for(one, prune=arguments.prune)]
    refused = [one for one in wanted if isinstance(one, Refused)]
    if refused:
        show("Refused, and so nothing is changed", refused)
        return WRONG
    if arguments.command == "plan":
        return _report("Plan", wanted, found)
    cluster.perform(one for one in wanted if not isinstance(one, Refused | Unknown | BrokerSetting))
    _wait_until_seen(cluster, arguments)
    _report("Applied", wanted, found)
    return SAME


def _differences(found: Found, arguments: argparse.Namespace) -> list[Difference]:
    topics = wanted_topics(arguments.replication)
    return differences(topics, wanted_grants(reader=arguments.reader), found, namespace=NAMESPACE)


def _wait_until_seen(cluster: Cluster, arguments: argparse.Namespace) -> None:
    """A broker may answer before it knows the latest changes of its controller."""
    deadline = time.monotonic() + SEEN_SECONDS
    while any(
        _is_for(one, prune=arguments.prune) for one in _differences(cluster.read(), arguments)
    ):
        if time.monotonic() > deadline:
            raise Unreachable("the cluster does not show what was applied")
        time.sleep(0.1)


def _is_for(difference: Difference, *, prune: bool) -> bool:
    match difference:
        case Unknown() | BrokerSetting():
            return False
        case UnsetConfig() | RemoveGrant():
            return prune
        case _:
            return True


def _report(title: str, every: list[Difference], found: Found) -> int:
    if found.grants is None:
        print(f"{NO_AUTHORIZER}; ACLs are left out.")
    if not every:
        print("The cluster is as the catalogue says.")
        return SAME
    show(title, every)
    return DIFFERENT


def _user(cluster: Cluster, name: str) -> int:
    known = sorted(map(_name, principals()))
    if name not in known:
        print(f"the catalogue knows no {name}, but {', '.join(known)}")
        return WRONG
    typed = sys.stdin.isatty()
    password = getpass.getpass(f"password of {name}: ") if typed else sys.stdin.readline().strip()
    if len(password) < 16:
        print("a password needs 16 characters or more")
        return WRONG
    cluster.set_passwords({name: password})
    print(f"{name} may log in with its new password")
    return SAME


def _name(principal: str) -> str:
    return principal.removeprefix("User:")


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else error
    return reason.str() if hasattr(reason, "str") else str(reason)


if __name__ == "__main__":
    sys.exit(main())
