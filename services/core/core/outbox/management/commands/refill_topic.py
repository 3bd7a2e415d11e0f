"""`manage.py refill_topic ongoza.progress`: queue a lost topic's whole history again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.outbox.history import refill
from core.outbox.restore_state import forget_offsets
from ongoza_contracts.topics import TOPICS

OURS = {topic.name: topic for topic in TOPICS if topic.producer == "core"}


class Command(BaseCommand):
    help = (
        "Queue every fact of a topic again, with the same ids and in order, up to the facts that "
        "report deletions and erasures. Create the topic first; the relay sends."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("topic", choices=[*OURS])

    def handle(self, *args: Any, **options: Any) -> None:
        forget_offsets(options["topic"])
        done = refill(OURS[options["topic"]], lambda done: self.stderr.write(f"{done:,} queued"))
        self.stdout.write(f"{options['topic']}: {done:,} records queued for the relay")
