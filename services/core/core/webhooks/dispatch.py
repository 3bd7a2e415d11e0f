"""Makes deliveries of the facts that wait: one for each subscription that wants the fact."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.jobs.services import schedule
from core.outbox.models import FactHistory
from core.webhooks.facts import organizations_of
from core.webhooks.models import IS_PING, IS_WAITING, Delivery, Subscription, WaitingFact

BATCH = 1000
DISPATCH, SEND = "webhooks.dispatch", "webhooks.send"
# Two dispatchers at once could make the deliveries of one key in the wrong order.
ONLY_DISPATCHER = "SELECT pg_try_advisory_xact_lock(7305121901)"
# Oldest first: the transaction of a version commits before the next version gets its id.
TAKE = """
WITH taken AS (
    DELETE FROM webhooks_waiting_fact
    WHERE history_id IN (SELECT history_id FROM webhooks_waiting_fact ORDER BY 1 LIMIT %s)
    RETURNING history_id, recorded_at
)
SELECT history.* FROM taken
JOIN fact_history AS history
    ON history.id = taken.history_id AND history.recorded_at = taken.recorded_at
ORDER BY history.id
"""
# Waits for a deletion alone, and lets claims go on while LOCK_USERS waits for an erasure.
LOCK_SUBSCRIPTIONS = (
    "SELECT * FROM webhooks_subscription WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
)
# An erasure waits for this, and then deletes the deliveries too; an erased user is not found.
LOCK_USERS = "SELECT id FROM users_user WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"


@transaction.atomic
def dispatch() -> None:
    """Make the deliveries of up to BATCH facts, and have what is due sent; no-op while another
    dispatcher is at work."""
    with connection.cursor() as cursor:
        cursor.execute(ONLY_DISPATCHER)
        if not cursor.fetchone()[0]:
            return
    facts = [*FactHistory.objects.raw(TAKE, [BATCH])]
    # After the facts: a subscription that is switched on in between misses none of them.
    subscriptions = lock_subscriptions(Subscription.objects.filter(active=True))
    Delivery.objects.bulk_create(deliveries_of(facts, subscriptions), ignore_conflicts=True)
    if WaitingFact.objects.exists():
        schedule(DISPATCH)  # the rest, in a transaction of its own
    schedule_due()


def lock_subscriptions(rows: QuerySet[Subscription]) -> list[Subscription]:
    """Those of the rows that still exist; until the commit they cannot be deleted."""
    ids = [*rows.values_list("pk", flat=True)]
    return [*Subscription.objects.raw(LOCK_SUBSCRIPTIONS, [ids])]


def deliveries_of(
    facts: Sequence[FactHistory], subscriptions: Sequence[Subscription]
) -> list[Delivery]:
    """Deliveries of the facts that a subscription asks for and that are its organization's own."""
    wanted = {name for one in subscriptions for name in one.types}
    facts = _without_erased([fact for fact in facts if fact.type in wanted])
    own = organizations_of(facts, {one.organization_id for one in subscriptions})
    return [
        delivery_of(fact, one.pk)
        for fact in facts
        for one in subscriptions
        if fact.type in one.types and one.organization_id in own[fact.id]
    ]


def delivery_of(fact: FactHistory, subscription_id: UUID) -> Delivery:
    return Delivery(
        subscription_id=subscription_id,
        history_id=fact.id,
        recorded_at=fact.recorded_at,
        event_id=fact.event_id,
        topic=fact.topic,
        key=fact.key,
        type=fact.type,
        user_id=fact.owner_id,
    )


def _without_erased(facts: Sequence[FactHistory]) -> list[FactHistory]:
    with connection.cursor() as cursor:
        cursor.execute(LOCK_USERS, [[*{fact.owner_id for fact in facts if fact.owner_id}]])
        present = {user_id for (user_id,) in cursor.fetchall()}
    return [fact for fact in facts if fact.owner_id in present]


def schedule_due() -> None:
    """One job for each subscription that has something due."""
    rows = Delivery.objects.filter(IS_WAITING, IS_PING | Q(subscription__active=True))
    due = rows.filter(due_at__lte=timezone.now()).order_by("subscription_id")
    for subscription_id in due.values_list("subscription_id", flat=True).distinct():
        schedule_send(subscription_id)


def schedule_send(subscription_id: UUID) -> None:
    schedule(SEND, subject=str(subscription_id), key=str(subscription_id))
