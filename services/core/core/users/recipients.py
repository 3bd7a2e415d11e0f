"""Users to whom a job sends something."""

from core.users.models import User

RECIPIENT = "SELECT * FROM users_user WHERE id = %s AND is_active FOR KEY SHARE NOWAIT"


def active_recipient(user_id: int | None) -> User | None:
    """None for no user, one who does not exist, and one who is not active.

    The lock keeps the user from being deleted while a job sends, and nothing else waits for it. An
    erasure that holds the user is not waited for, because it waits for the job's row: the job fails
    then, and is tried again if it is still there.
    """
    return next(iter(User.objects.raw(RECIPIENT, [user_id])), None)
