"""Gives another id to a user who signed up after a restore and got the id of one who was lost.

That happens where Kafka did not answer: core then goes on without the comparison.
"""

from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import ForeignKey

from core.outbox.history import erase_history
from core.outbox.models import DeletedEntityKey, OutboxEvent
from core.outbox.publications import in_deletion_order
from core.outbox.publish import publish, publish_all, publish_naming
from core.outbox.restore_check import OWNED
from core.restore.published import Published
from core.users.models import User

NEXT_ID = "SELECT nextval(pg_get_serial_sequence('users_user', 'id'))"
MOVE = 'UPDATE "{table}" SET "{column}" = %s WHERE "{column}" = %s'


def reused_ids(published: Published) -> list[int]:
    """The ids of users in the database of whom the topics say that they are somebody else."""
    born = {}
    for user_id in published.owners:
        for one in published.user(user_id):
            born[user_id] = getattr(one.fact, "created_at", None)
    rows = User.objects.filter(pk__in=born).values_list("pk", "created_at")
    return [pk for pk, created_at in rows if born[pk] not in (None, created_at)]


@transaction.atomic
def renumber(user_id: int) -> int:
    """Move a user and all that refers to them to a new id, which is returned, and publish it.

    Their tokens name the old id, so they have to sign in again.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEXT_ID)
        (new_id,) = cursor.fetchone()
        for table, column in [("users_user", "id"), *_references()]:
            cursor.execute(MOVE.format(table=table, column=column), [new_id, user_id])
    DeletedEntityKey.objects.filter(user_id=user_id).delete()
    OutboxEvent.objects.filter(topic__in=OWNED, partition_key=str(user_id)).delete()
    erase_history(user_id)
    _publish_all_of(new_id)
    publish_naming(new_id)
    return int(new_id)


def _references() -> list[tuple[str, str]]:
    """Table and column of every foreign key to users; they are checked at the commit."""
    return [
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model is User
    ]


def _publish_all_of(user_id: int) -> None:
    publish(User.objects.select_for_update().get(pk=user_id))
    for publication in reversed([*in_deletion_order()]):
        if publication.model is not User:
            owned: Any = publication.owned_by(user_id).select_for_update().order_by("pk")
            publish_all([*owned])
