"""`manage.py refill_topic ongoza.progress`: queue a lost topic's whole history again."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.outbox.history import refill
from core.outbox.kafka import NotRead, last_stable_offsets, topic_reader
from core.outbox.restore_state import PENDING, State, replace_offsets, state
from ongoza_contracts.topics import TOPICS, Topic

OURS = {topic.name: topic for topic in TOPICS if topic.producer == "core"}


class Command(BaseCommand):
    help = (
        "Queue every fact of a topic again, with the same ids and in order, up to the facts that "
        "report deletions and erasures. Create the topic first; the relay sends."
    )
    requires_system_checks = ()  # `migrate` runs them; they import every view

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("topic", choices=[*OURS])

    def handle(self, *args: Any, **options: Any) -> None:
        topic = OURS[options["topic"]]
        _require_known_records()
        _accept_present_records(topic)
        done = refill(topic, lambda done: self.stderr.write(f"{done:,} queued"))
        self.stdout.write(f"{topic.name}: {done:,} records queued for the relay")


def _require_known_records() -> None:
    """Raises CommandError where the topic may hold what a restore lost: it would be accepted."""
    found = state()
    if found is State.PENDING:
        raise CommandError(f"nothing is queued, a restore is pending. {PENDING}")
    # 0 means that no relay compares; see infra/kafka/connect/README.md.
    if found is State.UNCHECKED and settings.RESTORE_CHECK_SECONDS:
        raise CommandError("nothing is queued before the relay has compared the topics: start it")


def _accept_present_records(topic: Topic) -> None:
    """Stores up to where the topic can be read, so that the next check compares only later records.
    Otherwise the restore of a backup made during the refill would not be noticed."""
    try:
        with topic_reader(settings.KAFKA) as reader:
            ranges = reader.offset_ranges([topic])
    except NotRead as error:
        raise CommandError(f"nothing is queued, the topic cannot be read: {error}") from error
    replace_offsets(topic.name, last_stable_offsets(ranges))
