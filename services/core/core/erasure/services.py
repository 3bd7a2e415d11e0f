"""The one way in which a user is erased."""

from django.db import transaction

from core.erasure.models import ErasureReceipt
from core.files.services import erase_files, remaining_files
from core.files.uploads import erase_uploads, release_blobs
from core.kit.errors import Conflict
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update
from core.mail.sending import delete_sent_mails
from core.mentorship.erasures import notify_of_erasure
from core.organizations.invitations import erase_invitations
from core.outbox.append import append_tombstones, pop_deleted_keys
from core.outbox.history import erase_history
from core.outbox.publish import clear_subject, delete_owned, delete_published
from core.submissions.selectors import blobs_of
from core.users import passwords
from core.users.administration import require_another_admin
from core.users.models import User
from core.users.services import WrongPassword
from core.webhooks.services import erasure_subscriptions, send_erasure
from ongoza_contracts.vocabulary import Role


def erase_user(*, user_id: int, if_match: IfMatch | None = None) -> None:
    """Delete a user, all rows they own, and every key of theirs on the topics.

    Only the fact that the id was erased and the receipts remain. Raises NotFound,
    PreconditionFailed, LastAdmin, Conflict for a user who is made an admin meanwhile, and
    Unavailable without the file store.
    """
    stored_files = remaining_files(user_id)  # before anything is locked: the store may hang
    _erase_user(user_id, if_match, stored_files)


@transaction.atomic
def _erase_user(user_id: int, if_match: IfMatch | None, stored_files: int) -> None:
    was_admin = User.objects.filter(pk=user_id, role=Role.ADMIN).exists()
    if was_admin:
        require_another_admin(user_id)
    user = get_for_update(User.objects.filter(pk=user_id), to_delete=True, if_match=if_match)
    if user.is_staff and not was_admin:
        raise Conflict
    erase_any_user(user_id=user_id, stored_files=stored_files)


@transaction.atomic
def erase_any_user(*, user_id: int, stored_files: int) -> None:
    """As `erase_user`, the last admin too: for an erasure that is carried out again. The caller
    has counted the stored files before it locked anything."""
    # Until the commit no new row can refer to the user.
    user = get_for_update(User.objects.filter(pk=user_id), to_delete=True)
    notify_of_erasure(user_id)
    subscriptions = erasure_subscriptions(user_id)
    handed_in = blobs_of(user_id)
    keys, rows = delete_owned(user_id)
    release_blobs(handed_in)
    clear_subject(user_id)
    rows |= erase_invitations(user)
    rows |= {"files.File": erase_files(user_id), "files.Upload": erase_uploads(user_id)}
    rows |= {"stored files": stored_files}
    rows |= delete_published(user)
    # After `delete_owned`, which waits for deletions under way: their keys are recorded by now.
    keys += pop_deleted_keys(user_id)
    rows |= erase_history(user_id)
    append_tombstones(keys, partition_key=str(user_id))
    send_erasure(user_id, subscriptions)
    rows |= delete_sent_mails(user.email, user_id)
    ErasureReceipt.objects.bulk_create(
        ErasureReceipt(user_id=user_id, place=place, rows=count)
        for place, count in {**rows, "keys on the topics": len(keys)}.items()
    )


def erase_oneself(*, user: User, password: str, if_match: IfMatch | None = None) -> None:
    """Raises WrongPassword, PreconditionFailed, LastAdmin and Unavailable."""
    if not passwords.check_password(password, user):
        raise WrongPassword
    erase_user(user_id=user.id, if_match=if_match)
