"""From outbox rows to acknowledged records, as the relay does it. Says {"per_second": n}."""

import json
import os
import sys
import time

import django


def main(count: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "core.config.settings"
    django.setup()
    from django.conf import settings

    from core.outbox.kafka import Publisher
    from core.outbox.relay import drain

    _fill(count + 1)
    publisher = Publisher(settings.KAFKA)
    drain(publisher, lambda: None, limit=1)  # connects, as the floor does before its clock starts
    began = time.perf_counter()
    sent = 0
    while moved := drain(publisher, lambda: None):
        sent += moved
    seconds = time.perf_counter() - began
    if sent != count:
        sys.exit(f"{sent} of {count} rows were sent")
    print(json.dumps({"per_second": count / seconds}))


def _fill(count: int) -> None:
    from django.db import transaction

    from core.outbox.append import append_all
    from scripts.bench.facts import NOW, progress_facts

    with transaction.atomic():
        append_all((fact, NOW) for fact in progress_facts(count))


if __name__ == "__main__":
    main(int(sys.argv[1]))
