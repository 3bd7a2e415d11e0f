"""Users to whom a job sends something."""

from core.users.models import User

RECIPIENT = "SELECT * FROM users_user WHERE id = %s AND is_active FOR KEY SHARE NOWAIT"


def active_recipient(user_id: int | None) -> User | None:
    """None for no user, one who does not exist, and one who is not active.

    Within a transaction the lock keeps the user from being deleted until its end, and nothing else
    waits for it. An erasure that holds the user is not waited for, because it waits for the job's
    row: the job fails then, and is tried again if its kind has attempts left.
    """
    return next(iter(User.objects.raw(RECIPIENT, [user_id])), None)
