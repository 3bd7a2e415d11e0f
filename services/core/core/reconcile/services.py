"""Publishing again what a consumer lost."""

from django.db import transaction

from core.kit.versions import get_for_update
from core.outbox import publish
from core.reconcile.selectors import filter_by_key


@transaction.atomic
def republish(*, kind: str, key: str) -> int:
    """Publish the entity's present state under its present version, which is returned.

    Under the row's lock: outbox order stays version order. Raises NotFound and BadParameter.
    """
    row = get_for_update(filter_by_key(kind, key))
    publish.republish(row)
    version: int = row.version
    return version
