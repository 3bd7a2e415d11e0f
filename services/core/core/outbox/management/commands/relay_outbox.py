"""`manage.py relay_outbox`: publishes what core has written. One is active, more stand by."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.outbox.backlog import report_outbox
from core.outbox.kafka import ProducerBroken, Publisher
from core.outbox.relay import Relay, ShutdownFlag
from core.outbox.restore_check import Check
from ongoza_ops import scrapes, tracing
from ongoza_ops.garbage import collect_less_often
from ongoza_ops.metrics import Process


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # `migrate` runs them; they import every view

    def handle(self, *args: Any, **options: Any) -> None:
        stop = ShutdownFlag()
        signal.signal(signal.SIGTERM, stop.request)
        signal.signal(signal.SIGINT, stop.request)
        collect_less_often()
        tracing.start("relay")
        scrapes.serve(Process.RELAY, settings.METRICS_HOST, settings.METRICS_PORT, report_outbox)
        try:
            Relay(Publisher(settings.KAFKA), stop, Check(settings.KAFKA)).run()
        except ProducerBroken as error:
            raise CommandError(f"the producer has to be restarted: {error}") from error
