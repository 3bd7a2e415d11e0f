"""The one way in which a user is forgotten."""

from collections.abc import Callable, Iterable, Mapping

from django.db import transaction

from core.erasure.models import ErasureReceipt
from core.feedback.selectors import fact_keys as feedback_keys
from core.outbox.append import forget_keys, pop_deleted_keys
from core.outbox.history import erase_history
from core.profiling.selectors import fact_keys as profiling_keys
from core.progress.selectors import fact_keys as progress_keys
from core.users import passwords
from core.users import services as users
from core.users.models import User
from ongoza_contracts.topics import FEEDBACK, PROFILING, PROGRESS, Topic

KEYS_OF_LEARNERS: Mapping[Topic, Callable[[int], Iterable[str]]] = {
    PROGRESS: progress_keys,
    PROFILING: profiling_keys,
    FEEDBACK: feedback_keys,
}


@transaction.atomic
def erase_user(*, user_id: int) -> None:
    """Forget a user: the row, all that hangs on it, and every key on the topics but the one record
    that says so. What stays is that the id was erased, and the receipts. Raises NotFound."""
    user = users.lock_to_erase(user_id)
    keys = [(topic, key) for topic, keys_of in KEYS_OF_LEARNERS.items() for key in keys_of(user_id)]
    rows = users.erase(user)
    # Only now: a deletion that was under way has ended, and what it left is there to be found.
    keys += pop_deleted_keys(user_id)
    forget_keys(keys, partition_key=str(user_id))
    rows |= erase_history(user_id)
    ErasureReceipt.objects.bulk_create(
        ErasureReceipt(user_id=user_id, place=place, rows=count)
        for place, count in {**rows, "keys on the topics": len(keys)}.items()
    )


def erase_oneself(*, user: User, password: str) -> None:
    """Raises WrongPassword."""
    if not passwords.check_password(password, user):
        raise users.WrongPassword
    erase_user(user_id=user.id)
