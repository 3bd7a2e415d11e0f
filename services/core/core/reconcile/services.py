"""Publishes again what a consumer lost, or holds under a wrong version."""

from django.db import transaction

from core.kit.errors import DomainError
from core.kit.versions import Versioned, get_for_update
from core.outbox import publish
from core.reconcile.selectors import filter_by_key
from core.users.models import User
from ongoza_contracts.http.reconcile import VERSION_STEP_MAX


class VersionTooFar(DomainError):
    status = 409
    code = "version_too_far"
    detail = (
        f"`above` is more than {VERSION_STEP_MAX} beyond the entity's version. Reset the version "
        "in the consumer that stores it."
    )


@transaction.atomic
def republish(*, kind: str, key: str, above: int | None = None) -> int:
    """Publish the entity's present state and return its version: the present one, or one above
    `above`, so that a consumer with a wrong version accepts it.

    Under the row's lock: outbox order stays version order. Raises NotFound, BadParameter and
    VersionTooFar.
    """
    row = get_for_update(filter_by_key(kind, key))
    _republish(row, above)
    version: int = row.version
    return version


@transaction.atomic
def republish_user(*, user_id: int, above: int | None = None) -> int:
    """Publish again the user, all they own and all that names them, for a consumer that erased
    them by mistake; returns how many facts.

    The user's version rises above `above`, the version of the wrong erasure, so that a later
    erasure has a higher one. Raises NotFound and VersionTooFar.
    """
    _republish(get_for_update(User.objects.filter(pk=user_id)), above)
    owned = publish.republish_owned(user_id)
    return 1 + owned + publish.publish_naming(user_id)


def _republish(row: Versioned, above: int | None) -> None:
    if above is None or row.version > above:
        publish.republish(row)
    elif above - row.version > VERSION_STEP_MAX:
        raise VersionTooFar
    else:
        publish.publish_above(row, above)
