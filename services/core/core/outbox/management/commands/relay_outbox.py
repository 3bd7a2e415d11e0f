"""`manage.py relay_outbox`: publishes what core has written. One is active, more stand by."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.outbox.kafka import ProducerBroken, Publisher
from core.outbox.relay import Relay, Stop


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Stop()
        signal.signal(signal.SIGTERM, stop.ask)
        signal.signal(signal.SIGINT, stop.ask)
        try:
            Relay(Publisher(settings.KAFKA), stop).run()
        except ProducerBroken as error:
            raise CommandError(f"the producer has to be restarted: {error}") from error
