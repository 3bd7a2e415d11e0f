"""The locks of what a mentor and a learner have with each other: the users in the order of their
ids, as an erasure locks them, then the mentor's profile, then rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.access.services import lock_users
from core.kit.limits import lock_parent
from core.mentorship.models import MentorProfile
from core.users.models import User


@contextmanager
def locked_users(*user_ids: int | None) -> Iterator[None]:
    """A transaction with the locks of these users. Raises NotFound and Busy."""
    ids = {user_id for user_id in user_ids if user_id is not None}
    with lock_parent(User.objects.filter(pk=min(ids))):
        lock_users(ids)
        yield


@contextmanager
def locked_pair(mentor_id: int | None, *user_ids: int | None) -> Iterator[MentorProfile | None]:
    """A transaction with the locks of a mentor and further users. The mentor's profile, while
    locked, gets no further matches and sessions. Raises NotFound and Busy."""
    with locked_users(mentor_id, *user_ids):
        profiles = MentorProfile.objects.select_for_update(no_key=True)
        yield profiles.filter(pk=mentor_id).first()
