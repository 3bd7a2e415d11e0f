"""`manage.py relay_outbox`: publishes what core has written. One is active, more stand by."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.outbox import relay
from core.outbox.kafka import ProducerBroken, Publisher


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_number, lambda *_: stop.set())
        try:
            relay.run(Publisher(settings.KAFKA_BOOTSTRAP_SERVERS), stop)
        except ProducerBroken as error:
            raise CommandError(f"the producer has to be restarted: {error}") from error
