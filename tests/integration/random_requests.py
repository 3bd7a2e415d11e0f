"""A process of `test_request_races.py`: random operations, printed as JSON lines.

python -m tests.integration.random_requests KIND SEED SUBJECT
"""

import json
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tests.random_cases import CASES

OPERATIONS = 100 * CASES
REQUESTS_PER_KEY = 5


def goals(rng: random.Random, token: str) -> Iterator[Any]:
    """Goals with few keys, each with one of two bodies: the same keys at about the same time as in
    the other process."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    for number in range(OPERATIONS):
        key = f"key-{number // REQUESTS_PER_KEY + rng.randrange(2)}"
        title = f"{key} {rng.choice('aaab')}"
        answer = client.post(
            "/api/v1/coaching/goals/",
            {"title": title, "target_date": "2999-12-31"},
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
        )
        yield [key, title, answer.status_code, answer.json()]


def subscriptions(rng: random.Random, organization_id: str) -> Iterator[Any]:
    """Subscriptions of one organization, which are added somewhat more often than deleted."""
    from core.kit.errors import DomainError
    from core.organizations.models import Organization
    from core.webhooks.models import Subscription
    from core.webhooks.services import subscribe, unsubscribe

    school = Organization.objects.get(pk=organization_id)
    rows = Subscription.objects.filter(organization=school)
    for _ in range(OPERATIONS):
        ids = [*rows.values_list("pk", flat=True)]
        try:
            if ids and rng.random() < 0.4:
                unsubscribe(subscription_id=rng.choice(ids))
                done = "deleted"
            else:
                subscribe(organization=school, url="http://127.0.0.1:9/", types=[])
                done = "added"
        except DomainError as refused:
            done = refused.code
        yield [done, rows.count()]


KINDS: dict[str, Callable[[random.Random, str], Iterator[Any]]] = {
    "goals": goals,
    "subscriptions": subscriptions,
}

if __name__ == "__main__":
    import django

    django.setup()
    kind, seed, subject = sys.argv[1:]
    for one in KINDS[kind](random.Random(int(seed)), subject):  # noqa: S311
        sys.stdout.write(json.dumps(one) + "\n")
