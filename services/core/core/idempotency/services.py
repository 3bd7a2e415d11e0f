"""Carries out each request with an `Idempotency-Key` once."""

from collections.abc import Callable

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from core.idempotency.models import StoredResponse
from core.kit.errors import Conflict, InFlight
from core.kit.failpoints import failpoint
from core.kit.idempotency import ResponseParts

NOT_STORED = (400, 401, 413, 415, 429)
"""And 5XX. A repetition may have another response after 401, 429 and 5XX; the others are refusals
of the body, which a repetition gets again without a stored row."""

TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
LOCK_USER = "SELECT id FROM {table} WHERE id = %s FOR KEY SHARE"


class KeyReused(Conflict):
    code = "key_reused"
    detail = "Another request was sent with this Idempotency-Key. Make a new key for each request."


class RequestInFlight(InFlight):
    detail = "The first request with this Idempotency-Key is running. Repeat it shortly."


@transaction.atomic
def run_once(
    *, user_id: int, key: str, fingerprint: str, work: Callable[[], ResponseParts]
) -> tuple[ResponseParts, bool]:
    """The response of `work`, or the stored one of an earlier request, and whether it is that.

    What `work` writes and its response are committed together, and the key is locked until then: a
    process that dies leaves neither, and its key is free. Raises RequestInFlight and KeyReused.
    """
    if not _try_lock(f"idempotency {user_id} {key}"):
        raise RequestInFlight
    stored = StoredResponse.objects.filter(user_id=user_id, key=key).first()
    if stored is not None:
        if stored.fingerprint != fingerprint:
            raise KeyReused
        return ResponseParts(stored.status, stored.headers, stored.body), True
    _lock_user(user_id)
    response = work()
    failpoint("idempotency.after_work")
    if response.status < 500 and response.status not in NOT_STORED:
        StoredResponse.objects.create(
            user_id=user_id, key=key, fingerprint=fingerprint, **response._asdict()
        )
    return response, False


def _try_lock(name: str) -> bool:
    """Lock the name until the transaction ends; False if another one holds it."""
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [name])
        return bool(cursor.fetchone()[0])


def _lock_user(user_id: int) -> None:
    """Before what is theirs: the stored response refers to the user, and an erasure locks the user
    first. Other requests of the user do not wait for it. Raises Conflict for an erased user."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_USER.format(table=get_user_model()._meta.db_table), [user_id])
        if cursor.fetchone() is None:
            raise Conflict
