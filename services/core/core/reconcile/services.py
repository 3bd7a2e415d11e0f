"""Publishing again what a consumer lost."""

from django.db import transaction

from core.kit.versions import get_for_update
from core.outbox.append import append_again
from core.reconcile.selectors import KINDS, of_key
from ongoza_contracts.http.reconcile import EntityKind


@transaction.atomic
def publish_again(*, kind: EntityKind, key: str) -> int:
    """The entity's present state under its present version, which is returned.

    Under the row's lock: outbox order stays version order. Raises NotFound and BadParameter.
    """
    row = get_for_update(of_key(kind, key).select_related(None))
    append_again(KINDS[kind].fact(row))
    return row.version
